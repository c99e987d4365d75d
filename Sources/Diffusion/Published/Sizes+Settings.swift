import Checkpoints

/// The parts that are no networks.
extension Sizes {
    func tokenizer(_ name: String, padding: String) -> PublishedModel.Component {
        .init(
            name, "transformers", "CLIPTokenizer", .tokenizer(vocabulary, padding: padding))
    }

    /// The noise schedule that both families were trained with, and a sampler's own keys.
    func scheduler(_ className: String, _ more: [String: JSONValue]) -> PublishedModel.Component {
        let settings: JSONValue = [
            "_class_name": .string(className),
            "_diffusers_version": .string(diffusersVersion),
            "beta_end": 0.012,
            "beta_schedule": "scaled_linear",
            "beta_start": 0.00085,
            "num_train_timesteps": 1000,
            "steps_offset": 1,
            "trained_betas": nil,
        ]
        return .init(
            "scheduler", "diffusers", className,
            .settings("scheduler_config.json", settings.with(more)))
    }

    /// How pictures are made ready for CLIP's image encoders.
    var imageProcessor: PublishedModel.Component {
        .init(
            "", "transformers", "CLIPImageProcessor",
            .settings(
                "preprocessor_config.json",
                [
                    "crop_size": ["height": 224, "width": 224],
                    "do_center_crop": true, "do_convert_rgb": true, "do_normalize": true,
                    "do_rescale": true, "do_resize": true,
                    "image_mean": [0.48145466, 0.4578275, 0.40821073],
                    "image_processor_type": "CLIPImageProcessor",
                    "image_std": [0.26862954, 0.26130258, 0.27577711],
                    "resample": 3, "rescale_factor": 0.00392156862745098,
                    "size": ["shortest_edge": 224],
                ]))
    }
}
