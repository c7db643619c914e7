"""Still pictures: one function each, arrays in, a Plotly figure out, labels as arguments. Plotly and NumPy only."""
