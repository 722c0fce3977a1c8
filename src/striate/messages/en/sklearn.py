"""The classifier for scikit-learn."""

TEXTS = {
    "sklearn.not_fitted": "This CNNClassifier has learned nothing yet; call fit(X, y) first.",
    "sklearn.image_shape": "X holds rows of {features:number/numbers}, but the network works on pictures; say image_shape=(height, width) or (height, width, channels).",
    "sklearn.image_shape_form": "image_shape must be (height, width) or (height, width, channels), got {came}.",
    "sklearn.rows": "Reshape your data to pictures (N, H, W) or (N, H, W, C), or to rows of numbers (N, D): X has the shape {came}; for one picture x write x[None].",
    # scikit-learn's own words, which its checks of estimators look for.
    "sklearn.features": "X has {came} features, but CNNClassifier is expecting {required} features as input: a picture's pixels times its channels.",
    "sklearn.sparse": "X is a sparse matrix, which a network cannot read; pass X.toarray().",
    "sklearn.no_weight": "All sample weights are zero, so there would be nothing to learn; give some picture a weight above 0.",
    "sklearn.labels": "y must be a label for each picture, texts or whole numbers, got {came}.",
    "sklearn.one_class": "All pictures are of one class, {came!r}; a classifier needs two classes or more.",
}
