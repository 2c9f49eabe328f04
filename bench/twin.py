"""The same workloads as Visalign.Bench, in plain PyTorch: what a good engineer would write, without kernels of one's own.

Visalign.Bench starts it, sets LD_LIBRARY_PATH, OPENBLAS_CORETYPE and OMP_NUM_THREADS and gives the number of threads as the
argument. It says who it is in a line of JSON and then answers each line it reads with one:

    time NAME CALLS    milliseconds of that many calls in a row, after two more the first time; and the numbers that are trained
    memory NAME        bytes at the height of three calls above those at the start; asked of a process that did nothing else
"""
import copy
import ctypes
import gc
import json
import math
import os
import re
import sys
import time

import torch
import torch.nn.functional as F


def linear(rows, inputs, outputs):
    x = torch.randn(rows, inputs, requires_grad=True)
    w = torch.randn(outputs, inputs, requires_grad=True)
    b = torch.zeros(outputs, requires_grad=True)

    def run():
        F.linear(x, w, b).sum().backward()

    return run, 0


def attend(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    return torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1), -1) @ v


def attention(tokens, heads, width):
    qkv = torch.randn(64, tokens, 3 * heads * width, requires_grad=True)

    def run():
        q, k, v = qkv.reshape(64, tokens, 3, heads, width).permute(2, 0, 3, 1, 4)
        attend(q, k, v).transpose(1, 2).reshape(64, tokens, heads * width).sum().backward()

    return run, 0


def convolution(inputs, outputs, side):
    x = torch.randn(64, inputs, side, side, requires_grad=True)
    w = torch.randn(outputs, inputs, 3, 3, requires_grad=True)
    b = torch.zeros(outputs, requires_grad=True)

    def run():
        F.conv2d(x, w, b, padding=1).sum().backward()

    return run, 0


def tiny_add():
    a, b = torch.ones(4), torch.ones(4)

    def run():
        for _ in range(1000):
            a + b

    return run, 0


def time_features(time, width):
    frequencies = torch.exp(torch.arange(width // 2) * (-math.log(10000) / (width // 2)))
    angles = time[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], 1)


class Transformer(torch.nn.Module):
    """TextDit with its default sizes, written as one would in PyTorch."""

    def __init__(self, width=128, blocks=6, heads=4, vocabulary=64, words=8, channels=4, side=4, patch=2):
        super().__init__()
        self.width, self.heads, self.words, self.side, self.patch, self.channels = width, heads, words, side, patch, channels
        length = channels * patch * patch
        self.text_embedding = torch.nn.Embedding(vocabulary, width)
        self.position_embedding = torch.nn.Parameter(torch.randn(words + side * side, width) * 0.02)
        self.patch_embedding = torch.nn.Linear(length, width)
        self.time = torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.SiLU(), torch.nn.Linear(width, width))
        self.text_pool = torch.nn.Linear(width, width)
        self.blocks = torch.nn.ModuleList(
            torch.nn.ModuleDict(
                {
                    "modulation": torch.nn.Linear(width, 6 * width),
                    "qkv": torch.nn.Linear(width, 3 * width),
                    "out": torch.nn.Linear(width, width),
                    "up": torch.nn.Linear(width, 4 * width),
                    "down": torch.nn.Linear(4 * width, width),
                }
            )
            for _ in range(blocks)
        )
        self.modulation = torch.nn.Linear(width, 2 * width)
        self.projection = torch.nn.Linear(width, length)

    def norm(self, x, shift, scale):
        return F.layer_norm(x, (self.width,), eps=1e-6) * (1 + scale) + shift

    def forward(self, latents, levels, words):
        s, p, c = self.side, self.patch, self.channels
        patches = latents.reshape(-1, c, s, p, s, p).permute(0, 2, 4, 1, 3, 5).reshape(-1, s * s, c * p * p)
        text = self.text_embedding(words)
        x = torch.cat([text, self.patch_embedding(patches)], 1) + self.position_embedding
        condition = F.silu(self.time(time_features(levels * 1000, self.width)) + self.text_pool(text.mean(1)))
        for block in self.blocks:
            m = block["modulation"](condition).unsqueeze(1).chunk(6, 2)
            qkv = block["qkv"](self.norm(x, m[0], m[1])).reshape(x.shape[0], x.shape[1], 3, self.heads, -1)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            x = x + m[2] * block["out"](attend(q, k, v).transpose(1, 2).reshape(x.shape))
            x = x + m[5] * block["down"](F.gelu(block["up"](self.norm(x, m[3], m[4])), approximate="tanh"))
        shift, scale = self.modulation(condition).unsqueeze(1).chunk(2, 2)
        y = self.projection(self.norm(x[:, self.words :], shift, scale))
        return y.reshape(-1, s, s, c, p, p).permute(0, 3, 1, 4, 2, 5).reshape(latents.shape)


class Update:
    """Clipping, AdamW and the moving average over a model's weights."""

    def __init__(self, parameters, rate, decay):
        self.parameters, self.decay = list(parameters), decay
        self.average = [p.detach().clone() for p in self.parameters]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=rate, weight_decay=1e-4, foreach=True)

    @property
    def count(self):
        return sum(p.numel() for p in self.parameters)

    def clear(self):
        self.optimizer.zero_grad(set_to_none=True)

    def step(self):
        # torch.nn.utils.clip_grad_norm_ of 1.13 goes tensor by tensor, which takes two to three times as long.
        gradients = [p.grad for p in self.parameters]
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))).item()
        if norm > 1.0:
            torch._foreach_mul_(gradients, 1.0 / (norm + 1e-6))
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(self.average, self.decay)
            torch._foreach_add_(self.average, self.parameters, alpha=1 - self.decay)


def optimizer(parameters):
    update = Update(parameters, 1e-4, 0.999)
    for p in update.parameters:
        p.grad = torch.randn_like(p)
    return update.step, update.count


def lora():
    """Rank 4 on the 128 attention projections of Stable Diffusion 1.5's UNet, each taken as 320 wide."""
    return [torch.nn.Parameter(torch.randn(*shape) * 0.02) for _ in range(128) for shape in ((4, 320), (320, 4))]


def training_step(model, *inputs):
    update = Update(model.parameters(), 1e-4, 0.999)
    target = torch.randn(64, 4, 8, 8)

    def run():
        update.clear()
        loss = F.mse_loss(model(*inputs), target)
        loss.backward()
        update.step()
        loss.item()

    return run, update.count


def transformer_step(**sizes):
    return training_step(Transformer(**sizes), torch.randn(64, 4, 8, 8), torch.rand(64), torch.randint(64, (64, 8)))


def unet_step():
    return training_step(Unet(), torch.randn(64, 4, 8, 8), torch.rand(64) * 999, torch.randn(64, 8, 64))


class UnetResidual(torch.nn.Module):
    def __init__(self, inputs, width, time):
        super().__init__()
        self.norm1, self.norm2 = torch.nn.GroupNorm(8, inputs), torch.nn.GroupNorm(8, width)
        self.conv1 = torch.nn.Conv2d(inputs, width, 3, padding=1)
        self.conv2 = torch.nn.Conv2d(width, width, 3, padding=1)
        self.time = torch.nn.Linear(time, width)
        self.shortcut = torch.nn.Identity() if inputs == width else torch.nn.Conv2d(inputs, width, 1)

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(time)[:, :, None, None]
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class CrossAttention(torch.nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.heads = heads
        self.q = torch.nn.Linear(width, width, bias=False)
        self.k = torch.nn.Linear(context, width, bias=False)
        self.v = torch.nn.Linear(context, width, bias=False)
        self.out = torch.nn.Linear(width, width)

    def forward(self, x, context):
        q, k, v = (layer(y).reshape(*y.shape[:2], self.heads, -1).transpose(1, 2) for layer, y in ((self.q, x), (self.k, context), (self.v, context)))
        return self.out(attend(q, k, v).transpose(1, 2).reshape(x.shape))


class SpatialTransformer(torch.nn.Module):
    def __init__(self, width, context, heads):
        super().__init__()
        self.norm = torch.nn.GroupNorm(8, width, eps=1e-6)
        self.into, self.back = torch.nn.Conv2d(width, width, 1), torch.nn.Conv2d(width, width, 1)
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(width) for _ in range(3))
        self.own, self.cross = CrossAttention(width, width, heads), CrossAttention(width, context, heads)
        self.up, self.down = torch.nn.Linear(width, 8 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x, text):
        h = self.into(self.norm(x)).flatten(2).transpose(1, 2)
        own = self.norms[0](h)
        h = h + self.own(own, own)
        h = h + self.cross(self.norms[1](h), text)
        value, gate = self.up(self.norms[2](h)).chunk(2, -1)
        h = h + self.down(value * F.gelu(gate))
        return x + self.back(h.transpose(1, 2).reshape(x.shape))


class Unet(torch.nn.Module):
    """The UNet of shapes32-eps: two levels of 32 and 64 channels, one layer each, attention on the coarser one."""

    def __init__(self, fine=32, coarse=64, text=64, heads=2):
        super().__init__()
        self.fine, time = fine, 4 * fine
        self.time = torch.nn.Sequential(torch.nn.Linear(fine, time), torch.nn.SiLU(), torch.nn.Linear(time, time), torch.nn.SiLU())
        self.into = torch.nn.Conv2d(4, fine, 3, padding=1)
        sizes = [(fine, fine), (fine, coarse), (coarse, coarse), (coarse, coarse), (2 * coarse, coarse), (coarse + fine, coarse),
                 (coarse + fine, fine), (2 * fine, fine)]
        self.residuals = torch.nn.ModuleList(UnetResidual(inputs, width, time) for inputs, width in sizes)
        self.transformers = torch.nn.ModuleList(SpatialTransformer(coarse, text, heads) for _ in range(4))
        self.shrink = torch.nn.Conv2d(fine, fine, 3, stride=2, padding=1)
        self.grow = torch.nn.Conv2d(coarse, coarse, 3, padding=1)
        self.norm, self.back = torch.nn.GroupNorm(8, fine), torch.nn.Conv2d(fine, 4, 3, padding=1)

    def forward(self, latents, timesteps, text):
        r, t = self.residuals, self.transformers
        time = self.time(time_features(timesteps, self.fine))
        a = self.into(latents)
        b = r[0](a, time)
        c = self.shrink(b)
        d = t[0](r[1](c, time), text)
        x = r[3](t[1](r[2](d, time), text), time)
        x = t[2](r[4](torch.cat([x, d], 1), time), text)
        x = t[3](r[5](torch.cat([x, c], 1), time), text)
        x = self.grow(F.interpolate(x, scale_factor=2, mode="nearest"))
        x = r[6](torch.cat([x, b], 1), time)
        x = r[7](torch.cat([x, a], 1), time)
        return self.back(F.silu(self.norm(x)))


class Residual(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norms = torch.nn.ModuleList(torch.nn.GroupNorm(8, channels) for _ in range(2))
        self.convs = torch.nn.ModuleList(torch.nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))

    def forward(self, x):
        h = x
        for norm, conv in zip(self.norms, self.convs):
            h = conv(F.silu(norm(h)))
        return x + h


def decoder():
    """The decoder of ToyVae."""
    return torch.nn.Sequential(
        torch.nn.Conv2d(4, 64, 3, padding=1),
        Residual(64),
        Residual(64),
        torch.nn.Conv2d(64, 128, 3, padding=1),
        torch.nn.PixelShuffle(2),
        Residual(32),
        torch.nn.GroupNorm(8, 32),
        torch.nn.SiLU(),
        torch.nn.Conv2d(32, 12, 3, padding=1),
        torch.nn.PixelShuffle(2),
    )


def flow_grpo_iteration(prompts=12, group=8, steps=6, window=3, noise_scale=0.7, clip=1e-4, kl=0.04, guidance=1.0):
    """Flow-GRPO as in MethodIteration.cs: rollout, decoding, brightness as the reward, one update over the window."""
    policy, decode = Transformer(vocabulary=33), decoder()
    reference = copy.deepcopy(policy).requires_grad_(False)
    update = Update(policy.parameters(), 1e-5, 0.9)
    levels = [1 - i / steps for i in range(steps + 1)]
    count = prompts * group

    def velocity(model, z, i, words, trains=False):
        level = torch.full((count,), levels[i])
        if guidance == 1:
            return model(z, level, words)
        nothing = torch.zeros_like(words)
        if trains:  # the answer to the empty prompt is a constant
            with torch.no_grad():
                avoided = model(z, level, nothing)
            asked = model(z, level, words)
        else:
            asked, avoided = model(torch.cat([z, z]), torch.cat([level, level]), torch.cat([words, nothing])).chunk(2)
        return torch.lerp(avoided, asked, guidance)

    def step(z, i, v):
        s, ds = levels[i], levels[i + 1] - levels[i]
        if i >= window:
            return z + v * ds, None
        sigma = math.sqrt(s / (1 - (levels[1] if s == 1 else s))) * noise_scale
        q = sigma * sigma / (2 * s)
        return z * (1 + q * ds) + v * ((1 + q * (1 - s)) * ds), sigma * math.sqrt(-ds)

    def log_prob(mean, deviation, to):
        return -(to - mean).square().mean((1, 2, 3)) / (2 * deviation**2) - (math.log(deviation) + 0.5 * math.log(2 * math.pi))

    def run():
        words = torch.randint(1, 33, (prompts, 8)).repeat_interleave(group, 0)
        transitions = []
        with torch.no_grad():
            z = torch.randn(count, 4, 8, 8)
            for i in range(steps):
                mean, deviation = step(z, i, velocity(policy, z, i, words))
                to = mean if deviation is None else mean + deviation * torch.randn_like(mean)
                if deviation is not None:
                    transitions.append((i, z, to, log_prob(mean, deviation, to)))
                z = to
            rewards = ((decode(z) + 1) / 2).clamp(0, 1).mean((1, 2, 3)).reshape(prompts, group)
            advantages = (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(unbiased=False) + 1e-4)
            advantages = advantages.reshape(-1).clamp(-5, 5)
        update.clear()
        for i, z, to, old in transitions:
            with torch.no_grad():
                anchor, _ = step(z, i, velocity(reference, z, i, words))
            mean, deviation = step(z, i, velocity(policy, z, i, words, trains=True))
            ratio = (log_prob(mean, deviation, to) - old).exp()
            surrogate = torch.maximum(-advantages * ratio, -advantages * ratio.clamp(1 - clip, 1 + clip)).mean()
            # Without the step's length: the deviation is sigma's.
            variance = deviation**2 / (levels[i] - levels[i + 1])
            divergence = (mean - anchor).square().mean((1, 2, 3)).mean() / (2 * variance)
            ((surrogate + kl * divergence) / len(transitions)).backward()
        update.step()

    return run, update.count


WORKLOADS = {
    "tiny-add": tiny_add,
    "linear": lambda: linear(1536, 128, 512),
    "linear-768": lambda: linear(1536, 768, 768),
    "attention-24": lambda: attention(24, 4, 32),
    "attention-25": lambda: attention(25, 4, 32),
    "attention-64": lambda: attention(64, 4, 32),
    "attention-768": lambda: attention(24, 12, 64),
    "convolution": lambda: convolution(64, 64, 8),
    "convolution-fine": lambda: convolution(32, 32, 8),
    "convolution-coarse": lambda: convolution(128, 64, 4),
    "optimizer": lambda: optimizer(Transformer().parameters()),
    "optimizer-lora": lambda: optimizer(lora()),
    "transformer-step": transformer_step,
    "transformer-step-768": lambda: transformer_step(width=768, heads=12, blocks=2),
    "unet-step": unet_step,
    "flow-grpo-iteration": flow_grpo_iteration,
    "flow-grpo-guided": lambda: flow_grpo_iteration(guidance=4.5),
}


def mapped(name):
    """The file of a library in this process, or None."""
    with open("/proc/self/maps") as maps:
        paths = [line.split()[-1] for line in maps if name in line]
    return os.path.realpath(paths[0]) if paths else None


def blas():
    """The library that multiplies matrices, and its kernels where it tells them."""
    library = mapped("libopenblas") or mapped("libmkl_rt") or mapped("libblas.so") or mapped("libmkl")
    if library is None:
        told = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
        return {"library": f"{told.group(1)} inside torch" if told else "unknown", "kernels": ""}
    try:
        core = ctypes.CDLL(library).openblas_get_corename
        core.restype = ctypes.c_char_p
        return {"library": library, "kernels": core().decode()}
    except AttributeError:
        return {"library": library, "kernels": ""}


def resident(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field)) * 1024


def memory(name):
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the height so far is forgotten
    before = resident("VmRSS")
    run, _ = WORKLOADS[name]()
    for _ in range(3):
        run()
    return {"bytes": resident("VmHWM") - before}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    print(json.dumps({"torch": torch.__version__, "libtorch": mapped("libtorch_cpu.so"), "threads": torch.get_num_threads(), **blas()}), flush=True)
    ready = {}
    for line in sys.stdin:
        order, name, *calls = line.split()
        if order == "memory":
            print(json.dumps(memory(name)), flush=True)
            continue
        if name not in ready:
            ready.clear()  # one workload at a time is in memory
            gc.collect()
            ready[name] = WORKLOADS[name]()
            ready[name][0]()
            ready[name][0]()
        run, parameters = ready[name]
        start = time.perf_counter()
        for _ in range(int(calls[0])):
            run()
        print(json.dumps({"milliseconds": (time.perf_counter() - start) * 1e3, "parameters": parameters}), flush=True)


if __name__ == "__main__":
    main()
