"""Laplacian pyramid loss, equations 7, 8 and 12: differences weighed by scale, so that hair and body both count."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from lfpnet.losses.precision import in_full_precision

#: Levels of the pyramid (section 5.2: j = 4).
LEVELS = 4

#: The binomial approximation of a gaussian, per axis; the 5 x 5 kernel is its outer product.
BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)


@in_full_precision
def laplacian_loss(
    predicted: Float[Tensor, "b c h w"], target: Float[Tensor, "b c h w"], *, levels: int = LEVELS
) -> Float[Tensor, ""]:
    """Sum over the levels j of 2^j times the mean absolute difference of two Laplacian pyramids.

    Level j is what halving picture j loses: the picture less its half-size version brought back to full size, both by
    the binomial 5 x 5 kernel. j counts from 0, the finest. Past the border a picture has no pixels and the kernel is
    renormalised over those that exist, so any size works; a picture of one pixel holds no detail, so a small picture
    simply has fewer levels that count. The coarsest picture itself is not compared: its mean is left to the other
    losses. The paper prints a difference per level without saying sum or mean: the mean, over pixels and channels.

    Args:
        predicted: alpha or a colour, any range.
        target: the truth, in the range of `predicted`.
        levels: how many levels to compare, at least 1.

    Returns:
        The mean over the batch.

    Source: paper, section 4.3, equation 8; Burt and Adelson, The Laplacian Pyramid as a Compact Image Code, 1983.
    """
    # The pyramid is linear, so the difference of two pyramids is the pyramid of the difference: half the work.
    difference = predicted - target
    # All planes as channels of one picture: a depth-wise convolution is about five times faster than a batch of planes.
    picture = difference.flatten(0, 1).unsqueeze(0)
    axis_kernel = picture.new_tensor(BINOMIAL)
    loss = picture.new_zeros(())
    for level in range(levels):
        coarser = _halve(picture, axis_kernel)
        loss = loss + 2**level * _detail(picture, coarser, axis_kernel).abs().mean()
        picture = coarser
    return loss


def _halve(picture: Float[Tensor, "1 n h w"], axis_kernel: Float[Tensor, " 5"]) -> Float[Tensor, "1 n half_h half_w"]:
    """Blur, then keep the even rows and columns: (n + 1) // 2 of n."""
    planes, height, width = picture.shape[1:]
    kernel = _plane_kernel(axis_kernel, planes)
    halved = functional.conv2d(picture, kernel, stride=2, padding=2, groups=planes)
    return halved * _renormalisation(_halving_sums(height, axis_kernel), _halving_sums(width, axis_kernel))


def _detail(
    picture: Float[Tensor, "1 n h w"], coarser: Float[Tensor, "1 n half_h half_w"], axis_kernel: Float[Tensor, " 5"]
) -> Float[Tensor, "1 n h w"]:
    """Subtract the coarser picture, doubled: its pixels spread over every other row and column, then blurred."""
    planes, height, width = picture.shape[1:]
    kernel = _plane_kernel(axis_kernel, planes)
    is_even = (1 - height % 2, 1 - width % 2)
    doubled = functional.conv_transpose2d(coarser, kernel, stride=2, padding=2, output_padding=is_even, groups=planes)
    scale = _renormalisation(_doubling_sums(height, axis_kernel), _doubling_sums(width, axis_kernel))
    return torch.addcmul(picture, doubled, scale, value=-1)


def _plane_kernel(axis_kernel: Float[Tensor, " 5"], planes: int) -> Float[Tensor, "n 1 5 5"]:
    """Repeat the 5 x 5 kernel for every plane."""
    return torch.outer(axis_kernel, axis_kernel).expand(planes, 1, 5, 5)


def _halving_sums(length: int, axis_kernel: Float[Tensor, " 5"]) -> Float[Tensor, " half"]:
    """Sum, for each pixel of the halved axis, the kernel's weights that fell on pixels of the full one."""
    ones = axis_kernel.new_ones(1, 1, length)
    return functional.conv1d(ones, axis_kernel.view(1, 1, 5), stride=2, padding=2).flatten()


def _doubling_sums(length: int, axis_kernel: Float[Tensor, " 5"]) -> Float[Tensor, " full"]:
    """Sum, for each pixel of the full axis, the kernel's weights that came from pixels of the halved one."""
    ones = axis_kernel.new_ones(1, 1, (length + 1) // 2)
    kernel, is_even = axis_kernel.view(1, 1, 5), 1 - length % 2
    return functional.conv_transpose1d(ones, kernel, stride=2, padding=2, output_padding=is_even).flatten()


def _renormalisation(row_sums: Float[Tensor, " h"], column_sums: Float[Tensor, " w"]) -> Float[Tensor, "h w"]:
    """Return what each pixel is multiplied by for its weights to sum to one."""
    return torch.outer(1 / row_sums, 1 / column_sums)
