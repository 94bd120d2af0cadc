"""Pictures of numbers: Plotly figures."""
