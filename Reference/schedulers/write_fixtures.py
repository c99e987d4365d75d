"""Writes schedulers.safetensors: whole runs of diffusers' schedulers with a tiny fixed denoiser.

The denoiser is  W x + 0.3 sin(t / 100 + phase)  over the channels of x [1, 4, 3, 3], in float32.
Each run NAME holds NAME.timesteps (float64), NAME.scale (what unit noise was multiplied by),
NAME.samples [evaluations, 4, 3, 3] (the sample after every step) and, in the metadata, its
scheduler_config.json, steps, eta and first step. Shared: W, phase, start (unit noise), image (the
picture that runs from the middle start at) and noises [100, 4, 3, 3], one a step.

    python Reference/schedulers/write_fixtures.py
"""

import json
import pathlib
import warnings

import diffusers
import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSDEScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
    TCDScheduler,
    UniPCMultistepScheduler,
)
from diffusers.training_utils import compute_snr
from safetensors.torch import save_file

warnings.filterwarnings("ignore")
diffusers.logging.set_verbosity_error()
torch.manual_seed(20261121)

SHAPE = (1, 4, 3, 3)
W = torch.randn(4, 4) * 0.25 + 0.5 * torch.eye(4)
phase = torch.randn(4)
start = torch.randn(SHAPE)
image = torch.randn(SHAPE) * 0.8
noises = torch.randn(100, *SHAPE[1:])
tensors = {"W": W, "phase": phase, "start": start, "image": image, "noises": noises}
runs = {}


def denoiser(x, t):
    y = torch.einsum("oc,bchw->bohw", W, x.float())
    wave = 0.3 * torch.sin(torch.tensor(float(t), dtype=torch.float64) / 100 + phase.double())
    return (y + wave.float().view(1, 4, 1, 1)).to(x.dtype)


class Noise:
    """Stands in for every draw of a scheduler: the noise of the present step."""

    index = 0


def fixed_noise(shape, generator=None, device=None, dtype=None, layout=None):
    return noises[Noise.index].reshape(shape).to(dtype)


for name in ["ddpm", "ddim", "euler_discrete", "euler_ancestral_discrete", "dpmsolver_multistep", "lcm", "tcd"]:
    getattr(diffusers.schedulers, f"scheduling_{name}").randn_tensor = fixed_noise

class FixedNoise:
    """Stands in for torchsde's tree."""

    def __init__(self, x, *_):
        self.shape, self.dtype = x.shape, x.dtype

    def __call__(self, sigma, sigma_next):
        return fixed_noise(self.shape, dtype=self.dtype)


diffusers.schedulers.scheduling_dpmsolver_sde.BrownianTreeNoiseSampler = FixedNoise

SD = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", num_train_timesteps=1000)


# Align Your Steps (Sabour et al. 2024), the published ten steps.
ALIGNED = {
    "sd15": [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.0],
    "sdxl": [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.0],
}


def run(name, cls, steps=20, strength=None, eta=0.0, dtype=torch.float32, aligned=None, **settings):
    settings = {**SD, **settings}
    scheduler = cls(**settings)
    if aligned is None:
        scheduler.set_timesteps(steps)
    else:
        scheduler.set_timesteps(sigmas=ALIGNED[aligned])
    first = 0
    if strength is not None:  # as diffusers' image-to-image pipelines do
        first = max(steps - min(int(steps * strength), steps), 0) * getattr(scheduler, "order", 1)
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        t = scheduler.timesteps[first : first + 1]
        sample = scheduler.add_noise(image.to(dtype), start.to(dtype), t)
    else:
        sample = (start * scheduler.init_noise_sigma).to(dtype)
    samples = [sample.clone()]
    for index, t in enumerate(scheduler.timesteps[first:], first):
        Noise.index = index
        output = denoiser(scheduler.scale_model_input(sample, t), t)
        extra = {"eta": eta} if cls in (DDIMScheduler, TCDScheduler) else {}
        sample = scheduler.step(output, t, sample, **extra).prev_sample
        samples.append(sample.clone())
    stacked = torch.cat(samples)
    assert torch.isfinite(stacked).all(), name
    assert name not in runs, name
    tensors[f"{name}.timesteps"] = scheduler.timesteps.double()
    tensors[f"{name}.scale"] = torch.tensor(float(scheduler.init_noise_sigma), dtype=torch.float64)
    tensors[f"{name}.samples"] = stacked
    runs[name] = {
        "configuration": {"_class_name": cls.__name__, **settings},
        "steps": steps,
        "eta": eta,
        "first": first,
        "strength": strength,
        "aligned": aligned,
    }


CLASSES = {
    "ddpm": (DDPMScheduler, dict(clip_sample=False)),
    "ddim": (DDIMScheduler, dict(clip_sample=False, set_alpha_to_one=False)),
    "pndm": (PNDMScheduler, dict(skip_prk_steps=True)),
    "euler": (EulerDiscreteScheduler, {}),
    "euler-a": (EulerAncestralDiscreteScheduler, {}),
    "dpm++2m": (DPMSolverMultistepScheduler, {}),
    "unipc": (UniPCMultistepScheduler, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "dpm++2m-sde": (DPMSolverMultistepScheduler, dict(algorithm_type="sde-dpmsolver++")),
    "dpm++sde": (DPMSolverSDEScheduler, {}),
    "lcm": (LCMScheduler, {}),
    "tcd": (TCDScheduler, {}),
}
KARRAS = {"euler", "dpm++2m", "unipc", "heun", "dpm++2m-sde", "dpm++sde"}
NO_ZERO_SNR = {"pndm", "heun", "dpm++sde"}

for key, (cls, own) in CLASSES.items():
    for prediction in ["epsilon", "v_prediction", "sample"]:
        if prediction == "sample" and key in {"pndm", "euler-a", "dpm++sde"}:
            continue
        for spacing in ["leading", "linspace", "trailing"]:
            settings = dict(own, prediction_type=prediction, timestep_spacing=spacing)
            if spacing == "leading":
                settings["steps_offset"] = 1
            run(f"{key}-{prediction}-{spacing}", cls, **settings)
            if key in KARRAS:
                run(f"{key}-{prediction}-{spacing}-karras", cls, use_karras_sigmas=True, **settings)
                if spacing == "linspace":
                    run(f"{key}-{prediction}-exponential", cls, use_exponential_sigmas=True, **settings)
    base = dict(own, timestep_spacing="leading", steps_offset=1)
    for steps in [1, 2, 5, 50]:
        run(f"{key}-{steps}steps", cls, steps=steps, **base)
        if steps != 50:
            run(f"{key}-{steps}steps-trailing", cls, steps=steps, **dict(own, timestep_spacing="trailing"))
    for strength in [0.3, 0.55, 0.8]:
        run(f"{key}-strength{strength}", cls, strength=strength, **base)
        if key in KARRAS:
            run(f"{key}-strength{strength}-karras", cls, strength=strength, use_karras_sigmas=True, **base)
    # Only the class's own defaults where nothing is said.
    run(f"{key}-defaults", cls, **({"skip_prk_steps": True} if key == "pndm" else {}))
    for schedule in ["linear", "squaredcos_cap_v2"]:
        run(f"{key}-{schedule}", cls, **dict(base, beta_schedule=schedule))
    distilled = {"original_inference_steps": 20} if key in {"lcm", "tcd"} else {}
    run(f"{key}-trained", cls, **dict(base, **distilled, trained_betas=[0.02 * (i + 1) / 40 for i in range(40)], num_train_timesteps=40, steps=10))
    if key not in NO_ZERO_SNR:
        zero = dict(own, rescale_betas_zero_snr=True, timestep_spacing="trailing")
        run(f"{key}-zero-snr", cls, prediction_type="v_prediction", **zero)
        run(f"{key}-zero-snr-leading", cls, prediction_type="v_prediction", **dict(zero, timestep_spacing="leading"))
    run(f"{key}-bfloat16", cls, steps=8, dtype=torch.bfloat16, **base)
    run(f"{key}-float16", cls, steps=8, dtype=torch.float16, **base)

for to_one in [False, True]:
    for key in ["ddim", "pndm"]:
        cls, own = CLASSES[key]
        run(f"{key}-to-one-{to_one}", cls, **dict(own, set_alpha_to_one=to_one))
run("ddim-eta0.5", DDIMScheduler, eta=0.5, clip_sample=False)
run("ddim-eta1", DDIMScheduler, eta=1.0, clip_sample=False, prediction_type="v_prediction")
run("ddim-clip", DDIMScheduler, clip_sample=True, clip_sample_range=0.7)
run("ddim-17steps-trailing", DDIMScheduler, steps=17, clip_sample=False, timestep_spacing="trailing")
for variance in ["fixed_small_log", "fixed_large"]:
    run(f"ddpm-{variance}", DDPMScheduler, clip_sample=False, variance_type=variance)
run("ddpm-clip", DDPMScheduler, clip_sample=True, clip_sample_range=0.7)
run("euler-sigma-min", EulerDiscreteScheduler, final_sigmas_type="sigma_min")
run("euler-karras-limits", EulerDiscreteScheduler, use_karras_sigmas=True, sigma_min=0.05, sigma_max=11.0)

DPM = DPMSolverMultistepScheduler
for order in [1, 2, 3]:
    for solver in ["midpoint", "heun"]:
        for algorithm in ["dpmsolver++", "sde-dpmsolver++"]:
            for steps in [10, 20]:
                run(
                    f"dpm-{order}-{solver}-{algorithm}-{steps}", DPM, steps=steps, solver_order=order,
                    solver_type=solver, algorithm_type=algorithm, use_karras_sigmas=order == 2,
                )
run("dpm-sigma-min", DPM, final_sigmas_type="sigma_min")
run("dpm-sigma-min-10", DPM, steps=10, final_sigmas_type="sigma_min")
run("dpm-sigma-min-keeps-order", DPM, steps=10, final_sigmas_type="sigma_min", lower_order_final=False)
run("dpm-euler-at-final", DPM, final_sigmas_type="sigma_min", euler_at_final=True)
run("dpm-order3-keeps-order", DPM, steps=10, solver_order=3, lower_order_final=False)
run("dpm-clipped-lambda", DPM, beta_schedule="squaredcos_cap_v2", lambda_min_clipped=-5.1)
run("dpm-clipped-lambda-trailing", DPM, beta_schedule="squaredcos_cap_v2", lambda_min_clipped=-5.1, timestep_spacing="trailing")
# From index 0 outright: the first two timesteps are equal, which upstream's search by timestep trips on.
run("dpm-cosine-karras", DPM, strength=1.0, beta_schedule="squaredcos_cap_v2", use_karras_sigmas=True)
run("dpm-order3-strength", DPM, solver_order=3, strength=0.5)

UNIPC = UniPCMultistepScheduler
for order in [1, 2, 3]:
    for solver in ["bh1", "bh2"]:
        for steps in [10, 20]:
            # bh1 down to no noise at all gives NaN upstream (infinity times zero).
            final = "sigma_min" if solver == "bh1" else "zero"
            run(
                f"unipc-{order}-{solver}-{steps}", UNIPC, steps=steps, solver_order=order, solver_type=solver,
                final_sigmas_type=final,
            )
        for prediction in ["epsilon", "v_prediction", "sample"]:
            run(
                f"unipc-{order}-{solver}-noise-{prediction}", UNIPC, solver_order=order, solver_type=solver,
                predict_x0=False, final_sigmas_type="sigma_min", prediction_type=prediction,
            )
run("unipc-3-karras", UNIPC, solver_order=3, use_karras_sigmas=True)
run("unipc-3-strength", UNIPC, solver_order=3, strength=0.5)
run("unipc-uncorrected", UNIPC, disable_corrector=[0, 1, 7])
run("unipc-keeps-order", UNIPC, lower_order_final=False, final_sigmas_type="sigma_min")

for model in ALIGNED:
    run(f"euler-aligned-{model}", EulerDiscreteScheduler, steps=10, aligned=model)
# Few steps, as the published models ask for.
run("lcm-4-sdxl", LCMScheduler, steps=4, set_alpha_to_one=False, steps_offset=1, timestep_spacing="leading")
run("lcm-8-of-100", LCMScheduler, steps=8, original_inference_steps=100, timestep_scaling=5.0)
run("lcm-clip", LCMScheduler, steps=4, clip_sample=True, clip_sample_range=0.7)
run("heun-clip", HeunDiscreteScheduler, clip_sample=True, clip_sample_range=0.7)
for eta in [0.3, 1.0]:
    run(f"tcd-eta{eta}", TCDScheduler, steps=4, eta=eta)
    run(f"tcd-eta{eta}-strength", TCDScheduler, steps=8, eta=eta, strength=0.55)
for steps in [1, 2, 4, 8]:
    prediction = "sample" if steps == 1 else "epsilon"
    run(f"euler-lightning-{steps}", EulerDiscreteScheduler, steps=steps, timestep_spacing="trailing", prediction_type=prediction)

# The forward process.
timesteps = torch.tensor([0, 261, 999])
x0, noise = torch.randn(3, 4, 2, 2), torch.randn(3, 4, 2, 2)
tensors |= {"training.timesteps": timesteps, "training.x0": x0, "training.noise": noise}
for name, settings in {
    "plain": {},
    "linear": dict(beta_schedule="linear"),
    "cosine": dict(beta_schedule="squaredcos_cap_v2"),
    "zero": dict(rescale_betas_zero_snr=True),
}.items():
    scheduler = DDPMScheduler(**{**SD, **settings})
    tensors[f"training.{name}.betas"] = scheduler.betas
    tensors[f"training.{name}.alphas_cumprod"] = scheduler.alphas_cumprod.clone()
    tensors[f"training.{name}.noisy"] = scheduler.add_noise(x0, noise, timesteps)
    tensors[f"training.{name}.noisy_half"] = scheduler.add_noise(x0.half(), noise.half(), timesteps)
    tensors[f"training.{name}.velocity"] = scheduler.get_velocity(x0, noise, timesteps)
    tensors[f"training.{name}.snr"] = compute_snr(scheduler, timesteps)

here = pathlib.Path(__file__).parent
save_file(
    {k: v.contiguous().clone() for k, v in tensors.items()},
    here / "schedulers.safetensors",
    {
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "script": "Reference/schedulers/write_fixtures.py",
        "runs": json.dumps(runs),
    },
)
print(len(runs), "runs,", (here / "schedulers.safetensors").stat().st_size, "bytes")
