"""Gives `likeness image` 40 and more wrong or foreign files and checks that each is refused in one sentence that says what
it is: no picture, exit code 2 or 3, one line on standard error with the words expected.

    python check.py LIKENESS

Files hold random numbers under the names and shapes that tell their kinds apart.
"""

import json
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "single_files"))
import ldm_names

LDM = "model.diffusion_model."


class Nonsense:
    def __reduce__(self):
        return (print, ("this must never be run",))


def main():
    likeness = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folders = {}
        for model in ["sd15", "sdxl"]:
            folders[model] = scratch / model
            subprocess.run([likeness, "model", "init", "--like", model, "--tiny", "-o", folders[model]], check=True, capture_output=True)
        rows = []

        def row(name, flag, tensors, *words, model="sd15", metadata=None):
            path = scratch / f"{len(rows):02}-{name.replace(' ', '-').replace('/', '-')}.safetensors"
            save_file({k: (v if isinstance(v, torch.Tensor) else torch.zeros(v)).contiguous() for k, v in tensors.items()}, path, metadata)
            rows.append((name, flag, path, words, model))

        def raw(name, flag, data, *words, model="sd15", ending=".safetensors"):
            path = scratch / f"{len(rows):02}-{name.replace(' ', '-').replace('/', '-')}{ending}"
            path.write_bytes(data)
            rows.append((name, flag, path, words, model))

        # Whole models of other families.
        row("Flux", "model", {"double_blocks.0.img_attn.qkv.weight": [4, 4]}, "Flux")
        row("Flux by diffusers", "model", {"single_transformer_blocks.0.proj_mlp.weight": [4, 4]}, "Flux")
        row("Stable Diffusion 3", "model", {LDM + "joint_blocks.0.x_block.attn.qkv.weight": [4, 4]}, "Stable Diffusion 3")
        row("Stable Diffusion 2", "model", {LDM + "input_blocks.0.0.weight": [320, 4, 3, 3], "cond_stage_model.model.token_embedding.weight": [8, 4]}, "Stable Diffusion 2")
        row("Stable Diffusion 2's UNet", "model", {LDM + "input_blocks.0.0.weight": [320, 4, 3, 3], LDM + "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": [320, 1024]}, "1024", "Stable Diffusion 2")
        row("SDXL's refiner", "model", {"conditioner.embedders.0.model.token_embedding.weight": [8, 4]}, "refiner")
        row("Stable Cascade", "model", {"clip_txt_mapper.weight": [4, 4]}, "Cascade")
        row("Stable Video Diffusion", "model", {LDM + "input_blocks.1.0.time_stack.in_layers.0.weight": [4]}, "Video")
        row("AuraFlow", "model", {"double_layers.0.attn.w1q.weight": [4, 4]}, "AuraFlow")
        row("PixArt", "model", {"t_block.1.weight": [4, 4]}, "PixArt")
        row("Hunyuan-DiT", "model", {"mlp_t5.0.weight": [4, 4]}, "Hunyuan")
        row("Kandinsky", "model", {"add_embedding.image_norm.weight": [4]}, "Kandinsky")
        row("Wan", "model", {"blocks.0.cross_attn.norm_k.weight": [4]}, "Wan")
        row("LTX", "model", {LDM + "transformer_blocks.0.scale_shift_table": [4, 4]}, "LTX")
        row("an x4 upscaler", "model", {"low_res_scheduler.betas": [4], LDM + "input_blocks.0.0.weight": [256, 7, 3, 3]}, "upscaler")
        row("an image-editing model of 8 channels", "model", {LDM + "input_blocks.0.0.weight": [320, 8, 3, 3]}, "8")
        # Files of other kinds where a model was expected.
        row("an ESRGAN upscaler", "model", {"conv_first.weight": [4, 3, 3, 3]}, "upscaler", "ESRGAN")
        row("a T5 encoder", "model", {"encoder.block.0.layer.0.SelfAttention.q.weight": [4, 4]}, "T5")
        row("a hypernetwork", "model", {"320.0.linear.0.weight": [4, 4]}, "hypernetwork")
        row("AnimateDiff's module", "model", {"down_blocks.0.motion_modules.0.temporal_transformer.norm.weight": [4]}, "AnimateDiff")
        row("a LoRA as model", "model", {"lora_unet_mid_block_attentions_0_proj_in.lora_down.weight": [4, 4]}, "low-rank adapter")
        row("a textual inversion as model", "model", {"emb_params": [2, 768]}, "textual inversion")
        row("an autoencoder as model", "model", {"decoder.conv_in.weight": [4, 4, 3, 3], "decoder.mid_block.resnets.0.conv1.weight": [4, 4, 3, 3]}, "AutoencoderKL")
        row("a ControlNet as model", "model", {"control_model.input_blocks.0.0.weight": [320, 4, 3, 3]}, "ControlNet")
        row("an IP-Adapter as model", "model", {"image_proj.proj.weight": [4, 4]}, "IP-Adapter")
        row("nobody knows what", "model", {"a": [4], "b": [4]}, "none of the kinds known")
        row("a UNet without text encoders", "model", {LDM + ldm_names.unet(k, 2, [False, True, True, True]): v for k, v in load_file(folders["sd15"] / "unet" / "diffusion_pytorch_model.safetensors").items()}, "text_encoder")
        # ControlNets and adapters.
        row("ControlNet-LLLite", "control", {"lllite_unet_input_blocks_4_1.lora.weight": [4, 4]}, "LLLite")
        row("Control-LoRA", "control", {"lora_controlnet": [1]}, "Control-LoRA")
        row("T2I-Adapter", "control", {"body.0.resnets.0.block1.weight": [4, 4, 3, 3]}, "T2I-Adapter")
        row("an SDXL ControlNet on SD1.5", "control", load_file(folders["sdxl"] / "unet" / "diffusion_pytorch_model.safetensors"), "ControlNet")
        row("a LoRA for Flux", "lora", {"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": [4, 8], "lora_unet_double_blocks_0_img_attn_qkv.lora_up.weight": [8, 4]}, "Flux")
        row("a LoRA for SDXL on SD1.5", "lora", {"lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": [4, 8], "lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_up.weight": [8, 4]}, "SDXL")
        row("a LoRA of another width", "lora", {"lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight": [4, 999, 1, 1], "lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight": [999, 4, 1, 1]}, "999")
        row("DoRA", "lora", {"lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight": [4, 4], "lora_unet_down_blocks_0_attentions_0_proj_in.dora_scale": [4]}, "DoRA")
        row("LoHa", "lora", {"lora_unet_down_blocks_0_attentions_0_proj_in.hada_w1_a": [4, 4]}, "LoHa")
        row("LoKr", "lora", {"lora_unet_down_blocks_0_attentions_0_proj_in.lokr_w1": [4, 4]}, "LoKr")
        row("a model as LoRA", "lora", {"conv_in.weight": [4, 4, 3, 3]}, "adapter")
        row("a word of SD2", "embedding", {"emb_params": [2, 1024]}, "1024", "another family")
        row("a LoRA as word", "embedding", {"a.lora_down.weight": [4, 4], "a.lora_up.weight": [4, 4]}, "textual inversion")
        row("a LoRA as UNet", "unet", {"lora_unet_mid_block_attentions_0_proj_in.lora_down.weight": [4, 4]}, "UNet", "adapter")
        row("SDXL's UNet in SD1.5", "unet", load_file(folders["sdxl"] / "unet" / "diffusion_pytorch_model.safetensors"), "text encoder")
        row("a UNet with a part missing", "unet", {k: v for k, v in load_file(folders["sd15"] / "unet" / "diffusion_pytorch_model.safetensors").items() if "mid_block" not in k}, "mid_block")
        # Damaged ones.
        good = (folders["sd15"] / "unet" / "diffusion_pytorch_model.safetensors").read_bytes()
        raw("a truncated file", "unet", good[: len(good) // 2], "expected")
        raw("an empty file", "unet", b"", "expected")
        raw("a header that promises too much", "unet", struct.pack("<Q", 1 << 40) + b"{}", "expected")
        raw("a web page saved as a model", "model", b"<!DOCTYPE html><html><body>Please sign in</body></html>", "expected")
        raw("a Git LFS pointer", "model", b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 4265146304\n", "expected")
        raw("pickled nonsense", "model", pickle.dumps({"state_dict": Nonsense()}), "Python pickle", ending=".ckpt")
        raw("a picture with another ending", "model", b"\x89PNG\r\n\x1a\n" + bytes(200), "expected")
        raw("text with another ending", "lora", json.dumps({"weight": 1}).encode(), "expected")

        passed = 0
        for name, flag, path, words, model in rows:
            out = scratch / "out.png"
            flags = {"model": ["--model", path, "--tokenizer", folders["sd15"] / "tokenizer"]}.get(flag, ["--model", folders[model], f"--{flag}", path])
            if flag == "control":
                picture = scratch / "picture.png"
                if not picture.exists():
                    subprocess.run([likeness, "image", "--dtype", "fp32", "--model", folders["sd15"], "-o", picture, "--steps", "1", "-W", "64", "-H", "64", "-q"], check=True, capture_output=True)
                flags[-1] = f"{path}={picture}"
            done = subprocess.run([str(word) for word in [likeness, "image", "--dtype", "fp32", *flags, "-p", "x", "--steps", 1, "-W", 64, "-H", 64, "-o", out, "-q"]],
                                  capture_output=True, text=True)  # fmt: skip
            lines = done.stderr.strip().splitlines()
            said = lines[-1] if lines else ""
            good = done.returncode in (2, 3) and not out.exists() and len(lines) == 1 and all(word.lower() in said.lower() for word in words)
            passed += good
            print(f"{'ok  ' if good else 'FAIL'} {name}: {'exit ' + str(done.returncode) + ', ' if not good else ''}{said.replace(str(scratch) + '/', '')[:330]}", flush=True)
            out.unlink(missing_ok=True)
        print(f"{passed} of {len(rows)} files")
        sys.exit(0 if passed == len(rows) else 1)


if __name__ == "__main__":
    main()
