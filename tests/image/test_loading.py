"""Images in every form that users have, and bad ones, which are refused by name."""

import base64
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from pictures import differing, picture
from PIL import Image

import triform
from triform.errors import CorruptFileError, HubError, InputError, MissingFileError

IMAGE = picture(33, 47)


@pytest.fixture
def ours():
    return triform.ViTImageProcessor(size={"height": 20, "width": 31}, do_normalize=False, do_rescale=False)


@pytest.fixture
def want(ours):
    return ours(IMAGE, return_tensors="np")["pixel_values"]


def png(image=IMAGE, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_files_bytes_and_base64(ours, want, tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(png())
    coded = base64.b64encode(png()).decode()
    forms = [
        str(path), path, png(), bytearray(png()), memoryview(png()), io.BytesIO(png()), coded, f"data:image/png;base64,{coded}",
        {"bytes": png(), "path": None}, {"path": str(path)}, {"bytes": None, "path": path}, np.asarray(IMAGE), [path], [[IMAGE]],
        (image for image in [IMAGE]), np.asarray(IMAGE)[None], [np.asarray(IMAGE).transpose(2, 0, 1)],
    ]  # fmt: skip
    for form in forms:
        assert np.array_equal(ours(form, return_tensors="np")["pixel_values"], want), str(form)[:60]
    with open(path, "rb") as file:
        assert np.array_equal(ours(file, return_tensors="np")["pixel_values"], want)
    assert ours([path, [IMAGE, png()]], return_tensors="np")["pixel_values"].shape == (3, 3, 20, 31)


def test_tensors_of_every_framework(backend, ours, want):
    from triform.tensors import tensor

    kind = {"torch": "torch", "flax": "jax", "tf": "tensorflow"}[backend]
    for samples in (np.asarray(IMAGE), np.asarray(IMAGE).transpose(2, 0, 1), np.asarray(IMAGE).astype(np.float32)):
        given = tensor(np.ascontiguousarray(samples), kind)
        assert np.array_equal(ours(given, return_tensors="np")["pixel_values"], want)
        assert np.array_equal(ours([given, given], return_tensors="np")["pixel_values"][1:], want)


def test_addresses_go_through_the_one_gate(ours, want, monkeypatch):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            body = png() if self.path.startswith("/photo") else b"<html>no image</html>"
            self.send_response(200 if self.path != "/gone" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        with pytest.raises(HubError, match="HF_HUB_OFFLINE"):
            ours(f"{address}/photo.png")
        monkeypatch.delenv("HF_HUB_OFFLINE")
        assert np.array_equal(ours(f"{address}/photo.png?secret=1", return_tensors="np")["pixel_values"], want)
        with pytest.raises(CorruptFileError, match=r"/page is no image.*<html>") as raised:
            ours(f"{address}/page?secret=1")
        assert "secret" not in str(raised.value)
        with pytest.raises(HubError, match="404"):
            ours(f"{address}/gone")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_files_are_turned_upright_and_opened_images_are_not(ours, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    given = png(exif=exif)
    opened = Image.open(io.BytesIO(given))
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(opened)
    assert np.array_equal(ours(given)["pixel_values"], ours(upright)["pixel_values"])
    assert np.array_equal(ours(opened)["pixel_values"], ours(IMAGE)["pixel_values"])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_modes_of_files(ours, mode):
    image = picture(33, 47, mode)
    kind = "TIFF" if mode == "CMYK" else "PNG"
    assert np.array_equal(ours(png(image, kind))["pixel_values"], ours(image)["pixel_values"])


def test_sixteen_bits_keep_their_white(ours):
    """Pillow's own conversion cuts all above 255 off."""
    grey = np.asarray(IMAGE.convert("L"))
    deep = (grey.astype(np.uint16) * 257).astype(np.uint16)
    want = ours(Image.fromarray(grey))["pixel_values"]
    assert np.array_equal(ours(png(Image.fromarray(deep)))["pixel_values"], want)
    assert np.array_equal(ours(deep)["pixel_values"], want)
    assert np.array_equal(ours(np.repeat(deep[:, :, None], 3, 2))["pixel_values"], want)
    fractions = io.BytesIO()
    Image.fromarray((grey / 255).astype(np.float32)).save(fractions, "TIFF")
    assert np.array_equal(ours(fractions.getvalue())["pixel_values"], want)


def test_grey_and_transparent_arrays(ours):
    grey, clear = picture(33, 47, "L"), picture(33, 47, "RGBA")
    assert np.array_equal(ours(np.asarray(grey))["pixel_values"], ours(grey)["pixel_values"])
    assert np.array_equal(ours(np.asarray(clear))["pixel_values"], ours(clear)["pixel_values"])
    kept = triform.CLIPImageProcessor(size=20, crop_size=16, do_convert_rgb=False, do_normalize=False)
    assert kept(clear, return_tensors="np")["pixel_values"].shape == (1, 4, 16, 16)
    assert kept(grey, return_tensors="np")["pixel_values"].shape == (1, 1, 16, 16)


@pytest.mark.parametrize("cut", [10, 40, 300, -200])
def test_broken_files_are_named(ours, tmp_path, cut):
    path = tmp_path / "broken.png"
    path.write_bytes(png()[:cut])
    with pytest.raises(CorruptFileError, match=r"broken\.png"):
        ours([IMAGE, path])


def test_what_is_no_image_is_named(ours, tmp_path):
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_bytes(b"Hello, this is no image at all.")
    (tmp_path / "pointer.jpg").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")
    (tmp_path / "drawing.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    for name, words in {
        "empty.png": r"empty\.png is empty", "text.png": r"text\.png is no image .*b'Hello, this '", "pointer.jpg": "git-lfs pointer",
        "drawing.eps": r"drawing\.eps is no image of a format",
    }.items():  # fmt: skip
        with pytest.raises(CorruptFileError, match=words):
            ours(tmp_path / name)
    for value, error, words in (
        (tmp_path, MissingFileError, "is a folder"), (tmp_path / "absent.png", MissingFileError, "is not there"),
        ("absent.png", MissingFileError, "no file 'absent.png'"), (b"", CorruptFileError, r"images \(0 bytes\)"),
        ("data:image/png,abc", InputError, "base64"), ("data:image/png;base64,%%%", CorruptFileError, "no base64"),
        (3, InputError, "images is a int"), ([IMAGE, None], InputError, r"images\[1\] is a NoneType"), ([], InputError, "images is empty"),
        ({"a": 1}, InputError, "images is a dict"), (np.zeros((0, 5, 3), np.uint8), InputError, "no axis of 0"),
        (np.zeros((5, 6, 7), np.uint8), InputError, "input_data_format"), (np.full((4, 4, 3), np.nan), InputError, "not finite"),
        (np.array([["a"]]), InputError, "expected numbers"), (np.zeros(5), InputError, r"images\[0\] has the shape \(\)"),
        (np.full((8, 8, 3), -3.5), InputError, "fractions from -3.5"), (np.full((8, 8, 3), 300), InputError, "samples from 300"),
    ):  # fmt: skip
        with pytest.raises(error, match=words):
            pytest.fail(f"{value!r} is taken: {ours(value)}")


def test_bombs_are_refused_before_they_are_decoded(ours, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
    with pytest.raises(InputError, match=r"larger than Pillow decodes.*MAX_IMAGE_PIXELS"):
        ours(png())


def test_a_folder_of_photos_is_read_by_threads(ours, tmp_path):
    """In order, with the same result, and the first fault is named."""
    paths = [tmp_path / f"{i}.jpg" for i in range(6)]
    for i, path in enumerate(paths):
        picture(400 + i, 300, seed=i).save(path)
    one_by_one = np.concatenate([ours(path, return_tensors="np")["pixel_values"] for path in paths])
    assert not differing(ours(paths, return_tensors="np")["pixel_values"], one_by_one, "", 0)
    paths[3].write_bytes(b"x")
    with pytest.raises(CorruptFileError, match=r"3\.jpg"):
        ours(paths)


def test_frames_of_videos(ours):
    videos = triform.VideoMAEImageProcessor(size=20, crop_size=16)
    frames = np.stack([np.asarray(picture(33, 47, seed=i)) for i in range(3)])
    want = videos([list(frames)], return_tensors="np")["pixel_values"]
    assert want.shape == (1, 3, 3, 16, 16)
    for form in (frames, frames[None], list(frames), [[Image.fromarray(f) for f in frames]], [[png(Image.fromarray(f)) for f in frames]]):
        assert np.array_equal(videos(form, return_tensors="np")["pixel_values"], want)
    ragged = videos([list(frames), list(frames[:2])])["pixel_values"]
    assert [part.shape for part in ragged] == [(3, 3, 16, 16), (2, 3, 16, 16)]
    assert np.array_equal(videos(images=frames)["pixel_values"][0], want[0])
    for wrong in ([], [[]]):
        with pytest.raises(InputError, match="is empty"):
            videos(wrong)


def test_pairs_are_pairs():
    pairs = triform.SuperGlueImageProcessor(size={"height": 20, "width": 31})
    for wrong in (IMAGE, [IMAGE], [IMAGE] * 3, [[IMAGE] * 3], []):
        with pytest.raises(InputError, match="pairs"):
            pairs(wrong)
