"""Writes adamw.json: parameters and averages that PyTorch's AdamW reaches on prescribed gradients.

Run as: python3 tests/reference/adamw.py > tests/reference/adamw.json
"""
import json
import math

import torch

COUNT, STEPS, KEPT = 7, 20, (1, 5, 20)

CASES = {
    "defaults": dict(lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, clip=math.inf, decay=1.0),
    "weight decay": dict(lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1, clip=math.inf, decay=1.0),
    "clipping": dict(lr=1e-2, betas=(0.9, 0.999), eps=1e-3, weight_decay=0.0, clip=1.5, decay=1.0),
    "average": dict(lr=3e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0, clip=math.inf, decay=0.9),
    "everything": dict(lr=3e-2, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.05, clip=1.5, decay=0.75),
}


def gradient(step):
    return torch.tensor([math.sin(0.37 * i + 0.91 * step) * (1 + step % 3) for i in range(COUNT)], dtype=torch.float32)


def run(lr, betas, eps, weight_decay, clip, decay):
    p = torch.tensor([math.cos(0.5 * i) for i in range(COUNT)], dtype=torch.float32, requires_grad=True)
    average = p.detach().clone()
    optimizer = torch.optim.AdamW([p], lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
    kept = []
    for step in range(1, STEPS + 1):
        p.grad = gradient(step)
        norm = p.grad.norm().item()
        if math.isfinite(clip):
            torch.nn.utils.clip_grad_norm_([p], clip)
        optimizer.step()
        average.lerp_(p.detach(), 1 - decay)
        if step in KEPT:
            kept.append(dict(step=step, norm=norm, parameters=p.tolist(), average=average.tolist()))
    return kept


cases = [
    dict(name=name, learning_rate=o["lr"], beta1=o["betas"][0], beta2=o["betas"][1], epsilon=o["eps"], weight_decay=o["weight_decay"],
         clip_norm=o["clip"] if math.isfinite(o["clip"]) else None, average_decay=o["decay"], steps=run(**o))
    for name, o in CASES.items()
]
print(json.dumps(dict(torch=torch.__version__, cases=cases), indent=1))
