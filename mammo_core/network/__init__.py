"""The Keras network: backbone, heads, training and the released model folder."""
