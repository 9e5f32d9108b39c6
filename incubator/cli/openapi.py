"""`incubator openapi`: the API document as a file."""

import json
from pathlib import Path

import click

from incubator.api.openapi import document
from incubator.app import create_app
from incubator.settings import Settings


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
def openapi(output: Path) -> None:
    """Write the OpenAPI document; it needs no database."""
    settings = Settings(secret_key="0" * 64, data_dir=Path())
    text = json.dumps(document(create_app(settings)), ensure_ascii=False, indent=2)
    output.write_text(text + "\n", encoding="utf-8")
