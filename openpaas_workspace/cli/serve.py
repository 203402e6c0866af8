"""`openpaas start`."""

import argparse

from openpaas_workspace.app.server import StartOptions, serve


def start(arguments: argparse.Namespace) -> None:
    """Start the workspace in the foreground."""
    serve(
        StartOptions(
            data_dir=arguments.data_dir.expanduser().resolve(),
            database_url=arguments.database_url,
            port=arguments.port,
            ip=arguments.ip,
            demo=arguments.demo,
            single_member=arguments.single_member,
            certificate=tuple(arguments.tls) if arguments.tls else None,
            proxies=tuple(arguments.behind_proxy),
            config_file=arguments.config,
            arguments=arguments.traits,
        )
    )
