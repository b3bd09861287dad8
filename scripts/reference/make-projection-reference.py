"""scikit-learn's principal components of seeded rows, for src/worker/projection/projection.test.ts. Needs numpy and scikit-learn.

python3 scripts/reference/make-projection-reference.py
"""
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.decomposition import PCA

OUT = Path(__file__).resolve().parents[2] / "src" / "worker" / "projection" / "fixtures" / "principal-components.json"


def case(name: str, rows: np.ndarray, count: int) -> dict[str, object]:
    """What float32 rows come to, computed in float64."""
    kept = np.float32(np.round(rows, 4))
    pca = PCA(count, svd_solver="full").fit(kept.astype(np.float64))
    return {
        "name": name,
        "width": kept.shape[1],
        "rows": [float(f"{value:.4f}") for value in kept.ravel()],
        "scores": [round(float(value), 7) for value in pca.transform(kept.astype(np.float64)).ravel()],
        "explained": [round(float(value), 9) for value in pca.explained_variance_ratio_],
    }


rng = np.random.default_rng(8)
blobs = rng.normal(0, 1, (4, 12))[rng.integers(0, 4, 40)] + rng.normal(0, 0.3, (40, 12))
answers = {
    "sklearn": sklearn.__version__,
    "cases": [
        case("four clouds", blobs, 3),
        case("fewer rows than columns", np.abs(rng.normal(0, 1, (6, 16))), 3),
        case("no structure, nearly equal variances", rng.normal(0, 1, (30, 8)), 2),
    ],
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(answers) + "\n")
