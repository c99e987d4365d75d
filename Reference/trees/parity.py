"""Lays out a Hugging Face cache, a ComfyUI tree and an A1111 tree and checks that `likeness model list` finds each model
once, by the name its users know, and that `likeness image` takes those names.

    python parity.py LIKENESS

Models are small ones of random weights, put where huggingface_hub, ComfyUI and A1111 put them: blobs behind links, an
older revision, shards, a shared folder in `extra_model_paths.yaml`, links to files and one that leads in a circle.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "single_files"))
import ldm_names


def put(source, repository, revision, name):
    """A file as huggingface_hub stores it: a blob, and a link to it."""
    data = source.read_bytes() if isinstance(source, pathlib.Path) else source
    blob = repository / "blobs" / hashlib.sha256(data).hexdigest()
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(data)
    link = repository / "snapshots" / revision / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(blob, link.parent))


def main():
    likeness = str(pathlib.Path(sys.argv[1]).resolve())
    run = lambda words, **kw: subprocess.run([str(word) for word in [likeness, *words]], capture_output=True, text=True, **kw)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folders = {}
        for model in ["sd15", "sdxl"]:
            folders[model] = scratch / model
            run(["model", "init", "--like", model, "--tiny", "-o", folders[model]], check=True)
        unet = load_file(folders["sd15"] / "unet" / "diffusion_pytorch_model.safetensors")
        vae = load_file(folders["sd15"] / "vae" / "diffusion_pytorch_model.safetensors")
        text = load_file(folders["sd15"] / "text_encoder" / "model.safetensors")

        # One file in the original names.
        config = json.loads((folders["sd15"] / "unet" / "config.json").read_text())
        attends = ["CrossAttn" in kind for kind in reversed(config["down_block_types"])]
        whole = {"model.diffusion_model." + ldm_names.unet(k, config["layers_per_block"], attends): v for k, v in unet.items()}
        whole |= {"first_stage_model." + ldm_names.autoencoder(k, 4): v for k, v in vae.items()}
        whole |= {"cond_stage_model.transformer." + k: v for k, v in text.items()}
        lora = {}
        module = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
        lora[f"{module}.lora_down.weight"], lora[f"{module}.lora_up.weight"] = torch.randn(4, 32), torch.randn(32, 4) * 0.1
        word = {"emb_params": torch.randn(2, 32)}

        def save(tensors, path, **metadata):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Each a file of its own: the first number differs.
            key = next(iter(tensors))
            save.count += 1
            other = tensors[key].clone()
            other.view(-1)[0] += save.count / 1024
            save_file({k: v.contiguous() for k, v in (tensors | {key: other}).items()}, path, metadata)

        save.count = 0

        # 1. Hugging Face's cache.
        hub = scratch / "hub"
        repository = hub / "models--someone--portraits"
        for path in sorted(folders["sd15"].rglob("*")):
            if path.is_file():
                put(path, repository, "new", str(path.relative_to(folders["sd15"])))
        put(b"---\nlicense: creativeml-openrail-m\n---\n# Portraits\n", repository, "new", "README.md")
        put(b"an older revision", repository, "old", "unet/diffusion_pytorch_model.safetensors")
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text("new")
        extras = scratch / "extras"
        save(lora, extras / "studio.safetensors", **{"modelspec.license": "CC0-1.0"})
        put(extras / "studio.safetensors", hub / "models--someone--loras", "a1", "light/studio.safetensors")
        put(folders["sd15"] / "vae" / "config.json", hub / "models--someone--vae", "b1", "config.json")
        put(folders["sd15"] / "vae" / "diffusion_pytorch_model.safetensors", hub / "models--someone--vae", "b1",
            "diffusion_pytorch_model.fp16.safetensors")  # fmt: skip
        (hub / "datasets--someone--photos").mkdir()

        # 2. A1111's tree.
        web = scratch / "webui"
        save(whole, web / "models/Stable-diffusion/anime/dream.safetensors")
        torch.save({"state_dict": whole}, web / "models/Stable-diffusion/old-dream.ckpt")
        save(lora, web / "models/Lora/people/anna.safetensors")
        save(vae, web / "models/VAE/soft.safetensors")
        (web / "embeddings").mkdir()
        torch.save({"string_to_token": {"*": 265}, "string_to_param": {"*": torch.randn(2, 32)}, "name": "x"}, web / "embeddings/bad-hands.pt")
        (web / "models/Stable-diffusion/dream.txt").write_text("notes")

        # 3. ComfyUI's tree, which shares A1111's.
        comfy = scratch / "ComfyUI"
        save(whole, comfy / "models/checkpoints/base.safetensors")
        save(unet, comfy / "models/diffusion_models/fast_unet.safetensors")
        save(lora, comfy / "models/loras/sdxl/hat.safetensors")
        save(word, comfy / "models/embeddings/sks.safetensors")
        save({"double_blocks.0.img_attn.qkv.weight": torch.zeros(2)}, comfy / "models/unet/flux.safetensors")
        (comfy / "models/loras/linked.safetensors").symlink_to(web / "models/Lora/people/anna.safetensors")
        (comfy / "models/loras/circle").symlink_to(comfy / "models")
        (comfy / "models/loras/gone.safetensors").symlink_to(scratch / "nowhere.safetensors")
        (comfy / "extra_model_paths.yaml").write_text(
            f"a111:\n    base_path: {web}\n    checkpoints: models/Stable-diffusion\n    loras: |\n         models/Lora\n         models/LyCORIS\n"
            "    embeddings: embeddings\n\n# other:\n#     base_path: x\n")  # fmt: skip

        expected = {
            # By Hugging Face's libraries.
            "someone/portraits": "--model", "someone/loras/light/studio.safetensors": "--lora", "someone/vae": "--vae",
            # By ComfyUI, its own and what it shares.
            "base.safetensors": "--model", "fast_unet.safetensors": "--unet", "linked.safetensors": "--lora",
            "sdxl/hat.safetensors": "--lora", "sks.safetensors": "--embedding", "flux.safetensors": None,
            "anime/dream.safetensors": "--model", "old-dream.ckpt": "--model", "bad-hands.pt": "--embedding",
            # By A1111, what is not listed yet.
            "soft.safetensors": "--vae",
        }  # fmt: skip
        environment = os.environ | {"HF_HUB_CACHE": str(hub), "LIKENESS_MODEL_TREES": f"{comfy}:{web}"}
        done = run(["model", "list", "--json"], env=environment)
        assert done.returncode == 0, done.stderr
        rows = json.loads(done.stdout)
        found = {row["name"]: row.get("flag") for row in rows}
        passed = [found == expected and len(rows) == len(expected)]
        for name in sorted(set(expected) | set(found)):
            mark = "ok  " if name in expected and found.get(name, 0) == expected[name] else "FAIL"
            row = next((row for row in rows if row["name"] == name), {})
            print(f"{mark} {name:40} {row.get('origin', ''):13} {row.get('kind', ''):38} {row.get('flag') or row.get('refusal')}")
        licences = {row["name"]: row["licence"] for row in rows if row.get("licence")}
        passed.append(licences == {"someone/portraits": "creativeml-openrail-m", "someone/loras/light/studio.safetensors": "CC0-1.0"})
        print(f"{'ok  ' if passed[-1] else 'FAIL'} licences: {licences}")
        only = [row["name"] for row in json.loads(run(["model", "list", "--in", web, "--json"], env=os.environ | {"HF_HUB_CACHE": str(scratch / "none")}).stdout)]
        own = ["anime/dream.safetensors", "old-dream.ckpt", "people/anna", "soft.safetensors", "bad-hands"]
        passed.append(only == own)
        print(f"{'ok  ' if passed[-1] else 'FAIL'} A1111's alone, as its users know them: {only}")

        # Names are taken where paths are.
        out = scratch / "out.png"
        words = ["image", "--dtype", "fp32", "-p", "a portrait", "--steps", 2, "-W", 64, "-H", 64, "-o", out, "-q", "--force", "--seed", 1]
        for flags in [["--model", "someone/portraits", "--lora", "linked", "--embedding", "bad-hands"], ["--model", "base", "--vae", "soft", "--tokenizer", folders["sd15"] / "tokenizer"]]:
            done = run(words + flags, env=environment)
            passed.append(done.returncode == 0 and out.exists())
            print(f"{'ok  ' if passed[-1] else 'FAIL'} {' '.join(str(flag) for flag in flags[:6])}: {done.stderr.strip()[:300]}")
            out.unlink(missing_ok=True)
        print(f"{sum(passed)} of {len(passed)} checks")
        sys.exit(0 if passed and all(passed) else 1)


if __name__ == "__main__":
    main()
