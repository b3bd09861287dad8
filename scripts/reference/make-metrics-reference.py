"""The evaluation's metrics by scikit-learn and SciPy -> src/domain/evaluation/fixtures/metrics.json. Run from the project's root."""
import json
import warnings

import numpy as np
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
rng = np.random.default_rng(8)


def plain(values):
    """JSON knows no NaN and no infinity."""
    return [None if not np.isfinite(value) else float(value) for value in values]


def classification(classes, count, absent):
    """Predictions of `count` pictures; the last `absent` classes have none and are never predicted."""
    labels = rng.integers(0, classes - absent, count)
    logits = rng.normal(0, 1, (count, classes))
    logits[np.arange(count), labels] += 1.2
    logits[:, classes - absent :] = -50
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    predicted = probabilities.argmax(1)
    every = np.arange(classes)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=np.nan
    )
    confidence = probabilities[np.arange(count), predicted]
    right = (predicted == labels).astype(int)
    accuracy, mean_confidence = calibration_curve(right, confidence, n_bins=10)
    counts = np.histogram(confidence, bins=10, range=(0, 1))[0]
    filled = counts[counts > 0]
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "predicted": predicted.tolist(),
        "confidence": plain(confidence),
        "confusion": metrics.confusion_matrix(labels, predicted, labels=every).tolist(),
        "precision": plain(precision),
        "recall": plain(recall),
        "f1": plain(f1),
        "support": support.tolist(),
        "calibration": {
            "counts": counts.tolist(),
            "accuracy": plain(accuracy),
            "confidence": plain(mean_confidence),
            "error": float((filled * np.abs(accuracy - mean_confidence)).sum() / count),
        },
    }


def thresholds(count, digits):
    """Few digits give ties."""
    positive = rng.integers(0, 2, count)
    probability = np.clip(rng.normal(0.35 + 0.3 * positive, 0.25), 0, 1).round(digits)
    false_rate, true_rate, cuts = metrics.roc_curve(positive, probability, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(positive, probability)
    return {
        "positive": positive.tolist(),
        "probability": probability.tolist(),
        "thresholds": plain(cuts),
        "falsePositiveRate": plain(false_rate),
        "truePositiveRate": plain(true_rate),
        # From the highest threshold down, as the ROC curve.
        "precision": plain(precision[::-1]),
        "recall": plain(recall[::-1]),
        "areaUnderRoc": float(metrics.roc_auc_score(positive, probability)),
        "averagePrecision": float(metrics.average_precision_score(positive, probability)),
    }


mcnemar = [
    {"onlyFirst": a, "onlySecond": b, "pValue": float(stats.binomtest(a, a + b, 0.5).pvalue) if a + b else 1.0}
    for a, b in [(0, 0), (1, 0), (0, 5), (3, 9), (4, 4), (10, 11), (2, 30), (700, 820)]
]
with open("src/domain/evaluation/fixtures/metrics.json", "w") as file:
    json.dump(
        {
            "scikit-learn": sklearn.__version__,
            "classification": [classification(2, 60, 0), classification(5, 80, 0), classification(40, 120, 2)],
            "thresholds": [thresholds(50, 6), thresholds(80, 1)],
            "mcnemar": mcnemar,
        },
        file,
    )
    file.write("\n")
