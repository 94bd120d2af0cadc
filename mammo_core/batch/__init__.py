"""Many films at once: an archive becomes one Parquet table, on the cores of this machine or on a cluster (Dask).

Each film is read once as `read` reads it, by a worker with one thread. Rows stand in parts beside the result until all
parts are there (`parts`), so that a run can be killed at any moment and goes on where it was. Nothing here grows with
the number of films: names lie in a file, few films are on the way, rows leave with their part. Dask's own notes end at
a bound (docs/scaling.md).
"""
