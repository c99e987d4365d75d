"""Times our networks and diffusers' in turn: A B A B, medians, in one run.

    python Reference/speed/networks.py .build/release/likeness [--only unet] [--rounds 3] [--compile] [--openvino]

Random weights of the published sizes; each program is a process of its own, with as many threads.
`--compile` adds torch.compile with frozen weights, which takes minutes to compile first, `--openvino`
OpenVINO, where it is installed; both for SD1.5's UNet and decoder.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

PEERS = ("eager", "compiled", "openvino")
CASES = [
    # network, model, pixels, batch, twice as wide
    ("unet", "sd15", 512, 1, False),
    ("unet", "sd15", 512, 2, False),
    ("unet", "sd15", 512, 1, True),
    ("vae", "sd15", 512, 1, False),
    ("unet", "sdxl", 1024, 1, False),
    # A training step of a ControlNet's copy through the frozen base, float32 weights in bf16 arithmetic.
    ("train", "sd15", 512, 1, False),
    # A portrait of so many steps; put together of two ControlNets and the UNet, every step.
    ("ic-portrait", "sd15", 512, 4, False),
]

VAE = {
    "block_out_channels": [128, 256, 512, 512], "down_block_types": ["DownEncoderBlock2D"] * 4,
    "in_channels": 3, "latent_channels": 4, "layers_per_block": 2, "norm_num_groups": 32, "out_channels": 3,
    "sample_size": 512, "up_block_types": ["UpDecoderBlock2D"] * 4,
}
CONFIGURATIONS = {
    ("unet", "sd15"): {
        "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280], "cross_attention_dim": 768,
        "sample_size": 64,
    },
    ("vae", "sd15"): VAE,
    ("unet", "sdxl"): {
        "addition_embed_type": "text_time", "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
        "block_out_channels": [320, 640, 1280], "cross_attention_dim": 2048,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "projection_class_embeddings_input_dim": 2816, "sample_size": 128,
        "transformer_layers_per_block": [1, 2, 10],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], "use_linear_projection": True,
    },
}


def portrait(size, steps, dtype):
    """IC-Portrait as one would put it together: both nets and the base at every step, with guidance."""
    import torch
    from diffusers import ControlNetModel, UNet2DConditionModel

    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_config(CONFIGURATIONS["unet", "sd15"])
    nets = [ControlNetModel.from_unet(unet) for _ in range(2)]
    for net in nets:
        # The condition is latents beside latents, not a picture eight times as large.
        net.controlnet_cond_embedding = torch.nn.Conv2d(4, 320, 3, padding=1)
    for part in [unet, *nets]:
        part.to(dtype).eval().requires_grad_(False).to(memory_format=torch.channels_last)
    draw = lambda *shape: torch.randn(*shape).to(dtype)
    canvas, condition = draw(2, 4, size // 8, size // 4), draw(2, 4, size // 8, size // 4)
    context = draw(2, 1, 768)

    def forward():
        for _ in range(steps):
            for net in nets:
                down, mid = net(canvas, 500, context, condition, return_dict=False)
            noise = unet(
                canvas, 500, context, down_block_additional_residuals=down,
                mid_block_additional_residual=mid, return_dict=False)[0]
        return noise

    return unet, forward


def training(size, batch, dtype):
    """A step of a ControlNet as diffusers' own example trains it: autocast, frozen base in bf16."""
    import torch
    from diffusers import ControlNetModel, UNet2DConditionModel

    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_config(CONFIGURATIONS["unet", "sd15"])
    net = ControlNetModel.from_unet(unet)
    net.controlnet_cond_embedding = torch.nn.Conv2d(4, 320, 3, padding=1)
    unet.to(dtype).requires_grad_(False).to(memory_format=torch.channels_last)
    net.train().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-5, weight_decay=0.01, fused=True)
    draw = lambda *shape: torch.randn(*shape)
    sample, condition, noise = (draw(batch, 4, size // 8, size // 8) for _ in range(3))
    context = draw(batch, 77, 768)

    def forward():
        optimizer.zero_grad()
        with torch.enable_grad():
            with torch.autocast("cpu", torch.bfloat16, enabled=dtype == torch.bfloat16):
                down, mid = net(sample, 500, context, condition, return_dict=False)
                said = unet(
                    sample, 500, context, down_block_additional_residuals=down,
                    mid_block_additional_residual=mid, return_dict=False)[0]
            torch.nn.functional.mse_loss(said.float(), noise).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

    return net, forward


def build(network, model, size, batch, canvas, dtype):
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel

    configuration = CONFIGURATIONS[network, model]
    height, width = size // 8, size // 8 * (2 if canvas else 1)
    torch.manual_seed(0)
    kind = UNet2DConditionModel if network == "unet" else AutoencoderKL
    net = kind.from_config(configuration).to(dtype).eval().requires_grad_(False)
    net = net.to(memory_format=torch.channels_last)
    x = torch.randn(batch, 4, height, width).to(dtype)
    x = x.contiguous(memory_format=torch.channels_last)
    if network == "vae":
        return net, lambda: net.decode(x, return_dict=False)[0]
    context = torch.randn(batch, 77, configuration["cross_attention_dim"]).to(dtype)
    added = None
    if model == "sdxl":
        added = {
            "text_embeds": torch.randn(batch, 1280).to(dtype),
            "time_ids": torch.tensor([[1024, 1024, 0, 0, 1024, 1024]] * batch).to(dtype),
        }
    return net, lambda: net(
        x, 500, context, added_cond_kwargs=added, return_dict=False)[0]


def with_openvino(network, model, size, batch, canvas, dtype, threads):
    """The same network by OpenVINO, which is told to compute in `dtype` and to answer soon."""
    import numpy as np
    import openvino
    import torch

    net, _ = build(network, model, size, batch, canvas, torch.float32)
    height, width = size // 8, size // 8 * (2 if canvas else 1)

    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, sample, *more):
            if network == "vae":
                return self.net.decode(sample, return_dict=False)[0]
            return self.net(sample, *more, return_dict=False)[0]

    inputs = [torch.randn(batch, 4, height, width)]
    if network == "unet":
        inputs += [torch.tensor(500.0), torch.randn(batch, 77, 768)]
    with torch.no_grad():
        converted = openvino.convert_model(
            Plain(), example_input=tuple(inputs), input=[list(x.shape) for x in inputs])
    precision = {torch.bfloat16: "bf16", torch.float32: "f32"}[dtype]
    compiled = openvino.Core().compile_model(converted, "CPU", {
        "INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    arrays = [np.asarray(x) for x in inputs]
    return lambda: request.infer(arrays)


def child(arguments):
    """Runs when asked over standard input; prints the seconds of each run."""
    import torch

    torch.set_num_threads(arguments.threads)
    network, model, size, batch, canvas = CASES[arguments.child]
    dtype = {"bf16": torch.bfloat16, "fp32": torch.float32}[arguments.dtype]
    if arguments.peer == "openvino":
        net, forward = None, with_openvino(*CASES[arguments.child], dtype, arguments.threads)
    elif network == "ic-portrait":
        net, forward = portrait(size, batch, dtype)
    elif network == "train":
        net, forward = training(size, batch, dtype)
    else:
        net, forward = build(network, model, size, batch, canvas, dtype)
    if arguments.peer == "compiled":
        import torch._inductor.config as inductor

        inductor.freezing = True
        if network == "vae":
            net.decoder.forward = torch.compile(net.decoder.forward)
        else:
            net.forward = torch.compile(net.forward)
    with torch.no_grad():
        # What takes minutes is warm after one.
        for _ in range(1 if network == "ic-portrait" or model == "sdxl" else 2):
            forward()
        print("ready", flush=True)
        for _ in sys.stdin:
            start = time.perf_counter()
            forward()
            print(time.perf_counter() - start, flush=True)


class Peer:
    def __init__(self, case, arguments, peer):
        command = [
            sys.executable, __file__, "-", "--child", str(case), "--peer", peer, "--threads",
            str(arguments.threads), "--dtype", arguments.dtype, "--portrait-steps",
            str(arguments.portrait_steps),
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise SystemExit(f"{' '.join(command)}: did not start")

    def time(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(case, arguments, plain=False):
    network, model, size, batch, canvas = CASES[case]
    command = [
        arguments.likeness, "bench", network, "--like", model, "--size", str(size),
        "--steps" if network == "ic-portrait" else "--batch", str(batch), "--dtype", arguments.dtype,
        "--threads", str(arguments.threads), "--rounds", "2", "--json",
    ] + (["--canvas"] if canvas else []) + (["--plain"] if plain else [])
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("likeness")
    parser.add_argument("--only", default=[""], nargs="+", help="parts of the names of cases")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dtype", default="bf16", choices=["bf16", "fp32"])
    parser.add_argument("--compile", action="store_true", help="also torch.compile, weights frozen")
    parser.add_argument("--openvino", action="store_true", help="also OpenVINO, where it is installed")
    parser.add_argument("--portrait-steps", type=int, default=4, help="of the portrait that is timed")
    parser.add_argument("--plain", action="store_true", help="also ours without our kernels")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--peer", default="eager", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    CASES[-1] = CASES[-1][:3] + (arguments.portrait_steps,) + CASES[-1][4:]
    if arguments.child is not None:
        return child(arguments)
    if arguments.openvino and not importlib.util.find_spec("openvino"):
        print("OpenVINO is not installed here.", file=sys.stderr)
        arguments.openvino = False
    print("| case | ours | plain | diffusers | compiled | OpenVINO | against diffusers | compiled | OpenVINO | of peak |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for case, (network, model, size, batch, canvas) in enumerate(CASES):
        name = f"{network} {model} {size}{' canvas' if canvas else ''} x {batch}"
        if not any(part in name for part in arguments.only):
            continue
        single = network in ("unet", "vae")
        kinds = ["eager"] + (["compiled"] if arguments.compile and single and model == "sd15" else [])
        kinds += ["openvino"] if arguments.openvino and single and model == "sd15" else []
        peers = {kind: Peer(case, arguments, kind) for kind in kinds}
        rows = {"ours": [], "plain": [], "share": []} | {kind: [] for kind in PEERS}
        for _ in range(arguments.rounds):
            report = ours(case, arguments)
            rows["ours"].append(report["median_s"])
            rows["share"].append(report["peak_share"])
            for kind, peer in peers.items():
                rows[kind] += [peer.time(), peer.time()]
            if arguments.plain:
                rows["plain"].append(ours(case, arguments, plain=True)["median_s"])
        for peer in peers.values():
            peer.close()
        middle = {k: statistics.median(v) if v else None for k, v in rows.items()}
        cell = lambda value: "" if value is None else f"{value:.3f} s"
        times = lambda value: "" if value is None else f"{value / middle['ours']:.2f} x"
        cells = [cell(middle[k]) for k in ("ours", "plain") + PEERS]
        cells += [times(middle[k]) for k in PEERS] + [f"{100 * middle['share']:.0f} %"]
        print(f"| {name} {arguments.dtype} | {' | '.join(cells)} |", flush=True)


main()
