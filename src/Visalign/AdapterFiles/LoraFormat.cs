namespace Visalign.AdapterFiles;

/// <summary>Who shall read a LoRA that is written.</summary>
public enum LoraFormat
{
    /// <summary>
    /// One file for diffusers' <c>load_lora_weights</c>: <c>COMPONENT.LAYER.lora_A.weight</c>, alphas in the file's metadata.
    /// diffusers before 0.35 does not read those and takes every scale for 1.
    /// </summary>
    Diffusers,

    /// <summary>A folder for PEFT's <c>from_pretrained</c>: <c>adapter_model.safetensors</c> and <c>adapter_config.json</c>; one component only.</summary>
    Peft,

    /// <summary>One file for the many programs that read kohya's: <c>lora_unet_LAYER.lora_down.weight</c> and an alpha for each layer.</summary>
    Kohya,
}
