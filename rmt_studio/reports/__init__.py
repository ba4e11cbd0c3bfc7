"""What a person hands on: the analysis of a model as CSV, JSON or one HTML page (no Qt)."""

from rmt_studio.reports.analysis_report import REPORTS, model_record, write_report
from rmt_studio.reports.text_files import write_csv, write_json

__all__ = ["REPORTS", "model_record", "write_csv", "write_json", "write_report"]
