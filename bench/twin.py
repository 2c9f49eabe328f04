"""The same workloads as Visalign.Bench, in Python over the same libtorch, BLAS and threads.

Prints one line per workload: name, then the milliseconds of each repeat. Visalign.Bench starts it and sets
LD_LIBRARY_PATH, OPENBLAS_CORETYPE and OMP_NUM_THREADS; arguments: threads, then name=repeats for each to run.
"""
import math
import sys
import time

import torch
import torch.nn.functional as F


def linear():
    x = torch.randn(1536, 128, requires_grad=True)
    w = torch.randn(512, 128, requires_grad=True)
    b = torch.zeros(512, requires_grad=True)

    def run():
        F.linear(x, w, b).sum().backward()

    return run


def attend(q, k, v):
    return torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1), -1) @ v


def attention(tokens):
    qkv = torch.randn(64, tokens, 384, requires_grad=True)

    def run():
        q, k, v = qkv.reshape(64, tokens, 3, 4, 32).permute(2, 0, 3, 1, 4)
        attend(q, k, v).transpose(1, 2).reshape(64, tokens, 128).sum().backward()

    return run


def convolution():
    x = torch.randn(64, 64, 8, 8, requires_grad=True)
    w = torch.randn(64, 64, 3, 3, requires_grad=True)
    b = torch.zeros(64, requires_grad=True)

    def run():
        F.conv2d(x, w, b, padding=1).sum().backward()

    return run


def tiny_add():
    a, b = torch.ones(4), torch.ones(4)

    def run():
        for _ in range(1000):
            a + b

    return run


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
        frequencies = torch.exp(torch.arange(self.width // 2) * (-math.log(10000) / (self.width // 2)))
        angles = levels[:, None] * 1000 * frequencies
        condition = F.silu(self.time(torch.cat([angles.cos(), angles.sin()], 1)) + self.text_pool(text.mean(1)))
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

    def __init__(self, model, rate, decay):
        self.parameters, self.decay = list(model.parameters()), decay
        self.average = [p.detach().clone() for p in self.parameters]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=rate, weight_decay=1e-4, foreach=True)

    def clear(self):
        self.optimizer.zero_grad(set_to_none=True)

    def step(self):
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(self.average, self.decay)
            torch._foreach_add_(self.average, self.parameters, alpha=1 - self.decay)


def optimizer():
    model = Transformer()
    for p in model.parameters():
        p.grad = torch.randn_like(p)
    return Update(model, 1e-4, 0.999).step


def transformer_step():
    model = Transformer()
    update = Update(model, 1e-4, 0.999)
    latents, target = torch.randn(2, 64, 4, 8, 8)
    levels, words = torch.rand(64), torch.randint(64, (64, 8))

    def run():
        update.clear()
        loss = (model(latents, levels, words) - target).square().mean()
        loss.backward()
        update.step()
        loss.item()

    return run


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


def flow_grpo_iteration(prompts=12, group=8, steps=6, window=3, noise_scale=0.7, clip=1e-4):
    """Flow-GRPO as in GrpoIteration.cs: rollout, decoding, brightness as the reward, one update over the window."""
    policy, decode = Transformer(vocabulary=33), decoder()
    update = Update(policy, 1e-5, 0.9)
    levels = [1 - i / steps for i in range(steps + 1)]
    count = prompts * group

    def step(z, i, words):
        s, ds = levels[i], levels[i + 1] - levels[i]
        v = policy(z, torch.full((count,), s), words)
        if i >= window:
            return z + v * ds, None
        sigma = math.sqrt(s / (1 - (levels[1] if s == 1 else s))) * noise_scale
        q = sigma * sigma / (2 * s)
        return z * (1 + q * ds) + v * ((1 + q * (1 - s)) * ds), sigma * math.sqrt(-ds)

    def log_prob(mean, deviation, to):
        return (-((to - mean) ** 2) / (2 * deviation**2) - math.log(deviation) - 0.5 * math.log(2 * math.pi)).mean((1, 2, 3))

    def run():
        words = torch.randint(1, 33, (prompts, 8)).repeat_interleave(group, 0)
        transitions = []
        with torch.no_grad():
            z = torch.randn(count, 4, 8, 8)
            for i in range(steps):
                mean, deviation = step(z, i, words)
                to = mean if deviation is None else mean + deviation * torch.randn_like(mean)
                if deviation is not None:
                    transitions.append((i, z, to, log_prob(mean, deviation, to)))
                z = to
            rewards = ((decode(z) + 1) / 2).clamp(0, 1).mean((1, 2, 3)).reshape(prompts, group)
            advantages = (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(unbiased=False) + 1e-4)
            advantages = advantages.reshape(-1).clamp(-5, 5)
        update.clear()
        for i, z, to, old in transitions:
            mean, deviation = step(z, i, words)
            ratio = (log_prob(mean, deviation, to) - old).exp()
            loss = torch.maximum(-advantages * ratio, -advantages * ratio.clamp(1 - clip, 1 + clip)).mean() / len(transitions)
            loss.backward()
        update.step()

    return run


WORKLOADS = {
    "tiny-add": tiny_add,
    "linear": linear,
    "attention-24": lambda: attention(24),
    "attention-25": lambda: attention(25),
    "convolution": convolution,
    "optimizer": optimizer,
    "transformer-step": transformer_step,
    "flow-grpo-iteration": flow_grpo_iteration,
}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    for argument in sys.argv[2:]:
        name, repeats = argument.split("=")
        run = WORKLOADS[name]()
        run()
        run()
        times = []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        print(name, *(f"{t:.4f}" for t in times), flush=True)


if __name__ == "__main__":
    main()
