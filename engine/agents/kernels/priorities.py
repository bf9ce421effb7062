"""The sum tree of prioritised replay (Schaul et al., 2016, appendix B.2.1).

`tree` has shape (2 * leaves,), leaves a power of two, float64: node k is the sum of the nodes 2k and 2k + 1, the root
is node 1, and the leaf of row i, node leaves + i, is its priority to the power of the exponent. Every node is always
the sum of its two children as they are now, so the leaves say the whole tree to the bit.
"""

import numpy as np

from engine.agents.kernels.compiled import compiled
from engine.state import Array
from engine.worlds.mdp import FloatArray, IntArray

LEAST = np.float32(1e-6)
"""What is added to |TD error|, so that a transition that was learned can still be replayed."""


@compiled
def set_priority(tree: FloatArray, priorities: Array, row: int, priority: float, exponent: float) -> None:
    """Give a row a priority, float32, and renew the sums above it."""
    priorities[row] = priority
    node = tree.shape[0] // 2 + row
    tree[node] = float(priorities[row]) ** exponent
    while node > 1:
        node //= 2
        tree[node] = tree[2 * node] + tree[2 * node + 1]


@compiled
def set_priorities(
    tree: FloatArray, priorities: Array, rows: IntArray, td_errors: Array, exponent: float, highest: float
) -> float:
    """Give rows the priority |TD error|; return the highest one there ever was."""
    for item in range(rows.shape[0]):
        priority = abs(td_errors[item]) + LEAST
        set_priority(tree, priorities, rows[item], priority, exponent)
        highest = max(highest, float(priority))
    return highest


@compiled
def rebuild(tree: FloatArray, priorities: Array, size: int, exponent: float) -> None:
    """Write the priorities of the first `size` rows, and the sums above them, into a tree of zeros.

    The rest stays as it is: memory that holds nothing but zeros, and is never written, is not taken.
    """
    first = tree.shape[0] // 2
    last = first + size - 1
    for row in range(size):
        tree[first + row] = float(priorities[row]) ** exponent
    while first > 1 and size > 0:
        first, last = first // 2, last // 2
        for node in range(first, last + 1):
            tree[node] = tree[2 * node] + tree[2 * node + 1]


@compiled
def draw_rows(
    tree: FloatArray, uniforms: FloatArray, size: int, correction: float, rows: IntArray, weights: Array
) -> None:
    """Draw rows in proportion to their leaves, one from each of as many equal shares of the whole as rows are wanted.

    `uniforms` are numbers in [0, 1), one a row. Writes the importance weights, too: (size * P(row))**-correction,
    divided by the largest of the batch (Schaul et al., 2016, section 3.4).
    """
    leaves, batch, largest = tree.shape[0] // 2, rows.shape[0], 0.0
    for item in range(batch):
        rest, node = (item + uniforms[item]) / batch * tree[1], 1
        while node < leaves:
            node *= 2
            if rest >= tree[node] and tree[node + 1] > 0.0:
                rest -= tree[node]
                node += 1
        rows[item] = node - leaves
        largest = max(largest, (size * tree[node] / tree[1]) ** -correction)
    for item in range(batch):
        chance = tree[leaves + rows[item]] / tree[1]
        weights[item] = (size * chance) ** -correction / largest
