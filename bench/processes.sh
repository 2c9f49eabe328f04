#!/usr/bin/env bash
# Trains the same iterations in one process and in several, one thread each, and says how long an iteration took and what
# of it was spent waiting for other processes and exchanging memory with them. Medians; the first iteration is left out.
#
#   bench/processes.sh [COUNT ...]                 counts of processes, 1 and 2 unless given
#   RECIPE=flow-grpo ITERATIONS=13 bench/processes.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
recipe=${RECIPE:-flow-grpo} iterations=${ITERATIONS:-13}
(($# > 0)) || set -- 1 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The median of what awk takes out of a run's iterations.
median() { awk -F'[,:{}"]+' "$2" "$1" | sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

seconds='/seconds\/update/ { s = w = 0; for (i = 1; i < NF; i++) { if ($i == "iteration") n = $(i + 1); if ($i ~ /^seconds/) s += $(i + 1); if ($i ~ /^processes\/(waiting|exchanging)$/) part[$i] = $(i + 1) } if (n > 1) print'
echo "processes  iteration (s)  waiting  exchanging  speed-up"
for count in "$@"; do
    # Micro-batches of 24 pictures, so that up to four processes sample as many each; hardly any evaluation around it.
    "$root/visalign" align "$recipe" --out "$scratch/$count" --processes "$count" --json --set threads=1 --set iterations="$iterations" --set rollout.micro_batch=24 \
        --set evaluation.every=0 --set evaluation.prompts=12 --set evaluation.tuning_prompts=12 --set evaluation.steps=1 >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
    timings=$scratch/$count/timings.jsonl
    whole=$(median "$timings" "$seconds s }")
    : "${first:=$whole}"
    awk -v n="$count" -v s="$whole" -v f="$first" -v w="$(median "$timings" "$seconds part[\"processes/waiting\"] / s }")" -v e="$(median "$timings" "$seconds part[\"processes/exchanging\"] / s }")" \
        'BEGIN { printf "%9d  %13.3f  %6.1f%%  %9.1f%%  %7.2fx\n", n, s, 100 * w, 100 * e, f / s }'
    cmp -s "$scratch/$1/metrics.jsonl" "$scratch/$count/metrics.jsonl" || { echo "The metrics of $1 and $count processes differ." >&2; exit 1; }
done
