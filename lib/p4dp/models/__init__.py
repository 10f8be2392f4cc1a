"""Where models are estimated and tracked: Splink, MLflow."""
