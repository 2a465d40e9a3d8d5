"""How well methods matte a data set: `evaluate` runs them, tables and one HTML page show it; and figure 2 of the paper.

A level above `lfpnet.inference`, beside `lfpnet.training`.
"""

from lfpnet.evaluation.facts import RunFacts
from lfpnet.evaluation.figures import Figures, measure
from lfpnet.evaluation.method import Estimate, Method
from lfpnet.evaluation.multi_level import MultiLevelForeground
from lfpnet.evaluation.network_method import NetworkMethod, network_methods
from lfpnet.evaluation.one_half import OneHalf
from lfpnet.evaluation.propagation import ClosedForm, NearestNeighbours
from lfpnet.evaluation.protocol import PLAIN, PROTOCOLS, PUBLISHED, Protocol
from lfpnet.evaluation.report import write_report
from lfpnet.evaluation.runner import CaseResult, Row, evaluate
from lfpnet.evaluation.summary import MethodSummary, summarise
from lfpnet.evaluation.tables import write_csv, write_json

__all__ = [
    "PLAIN",
    "PROTOCOLS",
    "PUBLISHED",
    "CaseResult",
    "ClosedForm",
    "Estimate",
    "Figures",
    "Method",
    "MethodSummary",
    "MultiLevelForeground",
    "NearestNeighbours",
    "NetworkMethod",
    "OneHalf",
    "Protocol",
    "Row",
    "RunFacts",
    "evaluate",
    "measure",
    "network_methods",
    "summarise",
    "write_csv",
    "write_json",
    "write_report",
]
