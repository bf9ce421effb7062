"""What every mistake on the command line keeps to."""


def assert_mistake(result, *said):
    """Check that a mistake was told in one line on standard error, with exit code 2 and nothing on standard output."""
    code, output, errors = result
    assert (code, output) == (2, "")
    assert errors.startswith("qscope: ")
    assert errors.count("\n") == 1
    for words in said:
        assert words in errors
