"""The same workloads as Visalign.Bench, in Python over the same libtorch, BLAS and threads.

Prints one line per workload: name, then the milliseconds of each repeat. Visalign.Bench starts it and sets
LD_LIBRARY_PATH, OPENBLAS_CORETYPE and OMP_NUM_THREADS; arguments: repeats, threads, then the names to run.
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


def transformer_step():
    model = Transformer()
    average = [p.detach().clone() for p in model.parameters()]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4, foreach=True)
    latents, target = torch.randn(2, 64, 4, 8, 8)
    levels, words = torch.rand(64), torch.randint(64, (64, 8))

    def run():
        optimizer.zero_grad(set_to_none=True)
        loss = (model(latents, levels, words) - target).square().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_mul_(average, 0.999)
            torch._foreach_add_(average, list(model.parameters()), alpha=0.001)
        loss.item()

    return run


WORKLOADS = {
    "tiny-add": tiny_add,
    "linear": linear,
    "attention-24": lambda: attention(24),
    "attention-25": lambda: attention(25),
    "convolution": convolution,
    "transformer-step": transformer_step,
}


def main():
    repeats, threads, names = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    for name in names:
        run = WORKLOADS[name]()
        run()
        run()
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        print(name, *(f"{t:.4f}" for t in times), flush=True)


if __name__ == "__main__":
    main()
