"""The run-time type checker that the tests lay over lfpnet: an int is a fine float, as everywhere in Python."""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
