"""Everything that fixes a training run, by the data that it starts from. No TensorFlow here, so the web side may read it."""
