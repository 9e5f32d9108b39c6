"""`incubator openapi`: the API document as a file, and the page of its errors."""

import json
from pathlib import Path

import click

from incubator.api.errors_page import errors_page
from incubator.api.openapi import document
from incubator.app import create_app
from incubator.settings import Settings

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("-o", "--output", required=True, type=FILE)
@click.option("--errors", type=FILE, help="Write the page of the error codes too, in Markdown.")
def openapi(output: Path, errors: Path | None) -> None:
    """Write the OpenAPI document; it needs no database."""
    settings = Settings(secret_key="0" * 64, data_dir=Path())
    text = json.dumps(document(create_app(settings).litestar), ensure_ascii=False, indent=2)
    output.write_text(text + "\n", encoding="utf-8")
    if errors is not None:
        errors.write_text(errors_page(), encoding="utf-8")
