"""Find near vectors fast where there are many: an HNSW graph over an index's rows as far as they were when it was made.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World
graphs" (2018). A graph cannot lose a row: rows added later are looked at one by one, and once some are taken out, the
index goes without until it is made anew. It holds no vectors of its own, so none outlives its document in it.
"""

import os
import shutil
from pathlib import Path
from typing import Any, Self

import faiss as _faiss
import numpy as np

faiss: Any = _faiss  # Its stubs leave out what is called here.
FROM = 50_000  # Rows; fewer are scanned in less time than the rest of a search takes.
LATER = 0.1  # Share of the rows that may have come after the graph before it is made anew.
LINKS = 32
CARE = 80  # Candidates that are weighed for each link.
WIDTH = 128  # Candidates that a search keeps.


class Graph:
    """The graph of the first `rows` of an index's rows."""

    def __init__(self, index: Any, rows: Any) -> None:
        self._owner = index
        self._graph = faiss.downcast_index(index)
        self._graph.storage = rows
        self._graph.own_fields = False
        self._rows = rows  # The graph does not keep it alive.
        self.rows = int(self._graph.ntotal)

    @classmethod
    def open(cls, path: Path, rows: Any) -> Self | None:
        """Open the graph at `path` over the FAISS index `rows`; None when there is none, or none that fits."""
        if not path.is_file():
            return None
        found = cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC), rows)
        return found if found.rows <= rows.ntotal and found._graph.d == rows.d else None

    def nearest(self, vector: Any, bits: Any, *, limit: int) -> tuple[Any, Any]:
        """Return the cosines and row numbers nearest to `vector` among the rows whose bit is set, best first."""
        selector = faiss.IDSelectorBitmap(bits)
        manner = faiss.SearchParametersHNSW()
        manner.efSearch = max(WIDTH, 2 * limit)
        manner.sel = selector
        scores, found = self._graph.search(vector, limit, params=manner)
        held = found[0] >= 0
        return scores[0][held], found[0][held]


def make(path: Path, index: Path) -> None:
    """Write the graph of all rows of the index at `index`."""
    held = faiss.read_index(str(index))
    rows = faiss.downcast_index(held.index)
    graph = faiss.IndexHNSWFlat(rows.d, LINKS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = CARE
    graph.add(np.ascontiguousarray(faiss.rev_swig_ptr(rows.get_xb(), rows.ntotal * rows.d).reshape(-1, rows.d)))
    faiss.write_index(graph, str(path), faiss.IO_FLAG_SKIP_STORAGE)


def keep(path: Path, old: Path, *, rows: int) -> bool:
    """Take over the graph `old` of an index that has grown to `rows`; False where too many have come since."""
    if not old.is_file():
        return False
    held = faiss.read_index(str(old), faiss.IO_FLAG_MMAP_IFC)
    if rows - held.ntotal > LATER * rows:
        return False
    try:
        os.link(old, path)
    except OSError:  # Another file system, or one without links.
        shutil.copyfile(old, path)
    return True
