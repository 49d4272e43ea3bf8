"""Tell whether a message asks for an analysis that no query makes, and how such a one is best begun."""

import re

# The hint spares a small model the choice of a method.
_HINTS = {
    r"outliers?|anomal(?:y|ies|ous)|unusual|stands? out|odd one|out of line": (
        "An outlier is the row whose number is farthest from the median: "
        'row = df.loc[(df["x"] - df["x"].median()).abs().idxmax()]. Say in a string which row it is and its number.'
    ),
    r"clusters?|clustering|k-?means|segment (?:them|these|those|it)|group similar": (
        "Cluster with KMeans(n_clusters=3, n_init=10, random_state=0) from sklearn.cluster on the number columns, put "
        'the labels into df["cluster"], and return df as a dataframe.'
    ),
    r"correlat\w+|relationship between|related to each other": (
        'Correlate two number columns: value = df["x"].corr(df["y"]). Return it as a number.'
    ),
    r"forecast\w*|predict\w*|extrapolat\w+|project (?:it|this|the next)|next (?:month|quarter|year|week)": (
        "Fit a line: slope, start = np.polyfit(np.arange(len(df)), y, 1). The next value is start + slope * len(df). "
        "Return it as a number."
    ),
    r"trends?|trendline|regress\w*|slope|fit (?:a|the|it)\b|best[- ]fit": (
        "Fit a line: slope, start = np.polyfit(np.arange(len(df)), y, 1). Return a string: "
        'f"It {\'rises\' if slope > 0 else \'falls\'} by {abs(slope):,.2f} a row."'
    ),
    r"moving average|rolling|smooth\w*|season\w*|volatil\w*": (
        "Use df.rolling or pandas methods on the number column, and return a dataframe."
    ),
    r"standard deviation|variance|median|percentiles?|quartiles?|skew\w*|distribution|gini": (
        "Use the pandas method for it on the number column. Return a number, or a dataframe if there are several."
    ),
}  # fmt: skip
_PATTERNS = [(re.compile(rf"(?i)\b(?:{words})"), hint) for words, hint in _HINTS.items()]
_WHY = re.compile(r"(?i)^\W*why\b")
_SHORT = 16  # Words; a longer message is a question of its own.


def wished(text: str) -> str:
    """Return how to begin the analysis that a follow-up asks for, or nothing when it asks for none."""
    if _WHY.match(text) or len(text.split()) > _SHORT:
        return ""
    return next((hint for pattern, hint in _PATTERNS if pattern.search(text)), "")
