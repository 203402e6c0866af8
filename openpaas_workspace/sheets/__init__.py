"""Sheets: live workbooks that are DataFrames."""
