global using Visalign.Torch;
