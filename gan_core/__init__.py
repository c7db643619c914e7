"""What the GAN explorer computes: data, networks, training, metrics, theory and figures. Never imports streamlit."""
