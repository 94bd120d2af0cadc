"""What the pages share: the only Streamlit room."""
