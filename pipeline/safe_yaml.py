"""The parser of YAML that builds nothing but plain values."""

try:
    # libyaml parses in a tenth of the time, which every start of a command or of Dagster waits for.
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["SafeLoader"]
