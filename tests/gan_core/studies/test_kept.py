"""Records that outlive the program: found by the next one, whatever has become of the file meanwhile."""

from gan_core.studies.kept import Kept


def valid(record):
    return isinstance(record, dict) and "a" in record


def test_another_program_finds_what_one_has_kept_and_passes_over_what_is_damaged(tmp_path):
    path = tmp_path / "new" / "records.jsonl"
    one = Kept(path, valid)
    assert one.get("x") is None
    one["x"], one["y"] = {"a": 1.5}, {"a": float("nan")}
    with open(path, "ab") as file:
        file.write(b'["x", {"b": 2}]\n["z", [\n5\n\xff\xfe\n["q", {"a": 3')  # of another shape, cut off, no JSON
    other = Kept(path, valid)
    assert other.get("x") == {"a": 1.5} and other.get("z") is None and other.get("q") is None
    other["q"] = {"a": 4}  # after the line that was cut off
    assert Kept(path, valid).get("q") == {"a": 4} and other.get("y")["a"] != other.get("y")["a"]


def test_the_least_recently_used_goes_first_and_the_file_stays_within_its_limit(tmp_path):
    path = tmp_path / "records.jsonl"
    kept = Kept(path, valid, most=3, bytes_=200)
    for name in ("1", "2", "3"):
        kept[name] = {"a": name}
    kept.get("1")
    for k in range(4, 60):
        kept[str(k)] = {"a": k}
        kept.get("1")
        assert path.stat().st_size <= 200
    assert kept.get("2") is None and kept.get("1") == {"a": "1"}
    again = Kept(path, valid, most=3)
    assert again.get("59") == {"a": 59} and again.get("4") is None


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("in the way")
    kept = Kept(tmp_path / "file" / "records.jsonl", valid)
    kept["x"] = {"a": 1}
    assert kept.get("x") == {"a": 1}
