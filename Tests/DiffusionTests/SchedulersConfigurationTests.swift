import Diffusion
import Testing
import Torch

@Suite struct SchedulersConfigurationTests {
    private func load(_ json: String) throws -> SchedulerConfiguration {
        try SchedulerConfiguration.load(json: Array(json.utf8), from: "s/scheduler_config.json")
    }

    @Test func readsTheFileOfStableDiffusion() throws {
        let configuration = try load(
            """
            {"_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012,
             "beta_schedule": "scaled_linear", "beta_start": 0.00085, "num_train_timesteps": 1000,
             "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1,
             "trained_betas": null, "clip_sample": false}
            """)
        var expected = SchedulerConfiguration()
        expected.predictionType = nil
        expected.timestepSpacing = nil
        #expect(configuration == expected)
        // What is absent takes the default of the class that is made, not of the file's.
        let ddim = try makeScheduler(configuration, kind: .ddim, steps: 50)
        #expect(ddim.timesteps.first == 981)
        let euler = try makeScheduler(configuration, kind: .euler, steps: 50)
        #expect(euler.timesteps.first == 999)
    }

    @Test func understandsPythonsInfinity() throws {
        let configuration = try load(
            """
            {"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity,
             "solver_p": null, "dynamic_thresholding_ratio": 0.995}
            """)
        #expect(configuration.lambdaMinClipped == nil)
    }

    @Test func namesEveryUnknownKeyAtOnce() {
        let problem = DiffusionError(
            "s/scheduler_config.json: unknown scheduler keys beta_begin, zeta.")
        #expect(throws: problem) {
            try load(#"{"_class_name": "DDIMScheduler", "zeta": 1, "beta_begin": 2, "_note": 3}"#)
        }
    }

    @Test(arguments: [
        ("[]", "s/scheduler_config.json: the file is not what it should be."),
        ("{", "s/scheduler_config.json: the file is not what it should be."),
        ("{}", "s/scheduler_config.json: expected the key _class_name."),
        (
            #"{"_class_name": "DDIMScheduler", "prediction_type": "flow"}"#,
            "s/scheduler_config.json: prediction_type is not what it should be."
        ),
        (
            #"{"_class_name": "UniPCMultistepScheduler", "solver_p": {}}"#,
            "s/scheduler_config.json: expected solver_p to be null; none is offered."
        ),
    ])
    func saysWhatIsWrongWithAFile(_ json: String, _ sentence: String) {
        #expect { try load(json) } throws: { "\($0)".hasPrefix(sentence) }
    }

    @Test func comesBackFromItsOwnFile() throws {
        var configuration = SchedulerConfiguration()
        configuration.className = "UniPCMultistepScheduler"
        configuration.disableCorrector = [0, 1]
        configuration.finalSigma = .smallest
        configuration.trainedBetas = [0.1, 0.25]
        let json = try configuration.json()
        let text = String(decoding: json, as: UTF8.self)
        #expect(text.contains(#""final_sigmas_type" : "sigma_min""#))
        #expect(try SchedulerConfiguration.load(json: json, from: "x") == configuration)
        configuration.betaEnd = .infinity
        #expect(throws: DiffusionError.self) { try configuration.json() }
    }

    @Test func kindsHaveTheirPublishedClass() {
        for kind in SchedulerKind.allCases {
            // Two kinds share a class.
            let own = kind == .dpmpp2MSDE ? .dpmpp2M : kind
            #expect(SchedulerKind(className: kind.className) == own)
        }
        #expect(SchedulerKind(className: "LMSDiscreteScheduler") == nil)
        #expect(SchedulerKind(rawValue: "dpm++2m") == .dpmpp2M)
    }

    @Test(arguments: SchedulerKind.allCases) func refusesImpossibleSteps(_ kind: SchedulerKind) {
        for steps in [0, -3, 1001] {
            #expect(throws: DiffusionError("Expected 1...1000 steps, found \(steps).")) {
                try makeScheduler(SchedulerConfiguration(), kind: kind, steps: steps)
            }
        }
        // 1000 leading steps with offset 1 reach timestep 1000, or fall on one another.
        #expect(throws: DiffusionError.self) {
            try makeScheduler(SchedulerConfiguration(), kind: kind, steps: 1000)
        }
    }

    @Test func everyOrdinaryNumberOfStepsCanBeMade() throws {
        for kind in SchedulerKind.allCases {
            for spacing in TimestepSpacing.allCases {
                var configuration = SchedulerConfiguration()
                configuration.timestepSpacing = spacing
                // Consistency models take at most as many as they were distilled on.
                for steps in 1...([.lcm, .tcd].contains(kind) ? 50 : 150) {
                    let scheduler = try makeScheduler(configuration, kind: kind, steps: steps)
                    let extra = kind == .pndm && steps > 1 ? 1 : 0
                    let looks = scheduler.evaluationsPerStep
                    #expect(scheduler.timesteps.count == looks * steps - (looks - 1) + extra)
                }
            }
        }
    }

    @Test func namesEverySettingThatIsNotOffered() {
        var configuration = SchedulerConfiguration()
        configuration.thresholding = true
        configuration.solverOrder = 4
        configuration.algorithmType = "dpmsolver"
        let problem = DiffusionError(
            "DPMSolverMultistepScheduler: thresholding is not offered; algorithm_type must be "
                + "dpmsolver++ or sde-dpmsolver++; solver_order must be in 1...3.")
        #expect(throws: problem) { try makeScheduler(configuration, kind: .dpmpp2M, steps: 20) }
        configuration = SchedulerConfiguration()
        configuration.skipPRKSteps = nil
        #expect(throws: DiffusionError("PNDMScheduler: skip_prk_steps must be true.")) {
            try makeScheduler(configuration, steps: 20)
        }
        configuration.className = "LMSDiscreteScheduler"
        #expect { try makeScheduler(configuration, steps: 20) } throws: {
            "\($0)".hasPrefix("The scheduler LMSDiscreteScheduler is not offered; choose one of")
        }
        #expect(throws: DiffusionError("Expected eta 0, or in 0...1 with DDIM or TCD; found 0.5."))
        {
            try makeScheduler(SchedulerConfiguration(), kind: .euler, steps: 20, eta: 0.5)
        }
    }

    @Test(arguments: SchedulerKind.allCases)
    func refusesNumbersThatNoScheduleHas(_ kind: SchedulerKind) {
        func expect(_ sentence: String, _ change: (inout SchedulerConfiguration) -> Void) {
            var configuration = SchedulerConfiguration()
            change(&configuration)
            #expect { try makeScheduler(configuration, kind: kind, steps: 20) } throws: {
                "\($0)".contains(sentence)
            }
        }
        expect("num_train_timesteps in 2...1000000, found 1") { $0.trainTimesteps = 1 }
        expect("num_train_timesteps in 2...1000000, found -5") { $0.trainTimesteps = -5 }
        expect("steps_offset in 0..<1000") { $0.stepsOffset = .max }
        expect("beta_start and beta_end in 0...1") { $0.betaEnd = .nan }
        expect("Every beta") { $0.betaStart = 0 }
        expect("1000 trained_betas in 0...1, found 2") { $0.trainedBetas = [0.1, 0.2] }
        expect("clip_sample_range must be positive") { $0.clipSampleRange = -1 }
        expect("use_flow_sigmas is not offered") { $0.useFlowSigmas = true }
    }

    @Test(arguments: [SchedulerKind.euler, .dpmpp2M, .uniPC])
    func refusesKarrasLimitsThatAreNone(_ kind: SchedulerKind) {
        for (least, greatest) in [(2.0, 1.0), (-1, 1), (.nan, 1), (0.1, .infinity)] {
            var configuration = SchedulerConfiguration()
            configuration.useKarrasSigmas = true
            configuration.sigmaMin = least
            configuration.sigmaMax = greatest
            #expect(throws: DiffusionError.self) {
                try makeScheduler(configuration, kind: kind, steps: 20)
            }
        }
    }

    @Test func cannotPredictEpsilonFromPureNoise() throws {
        var configuration = SchedulerConfiguration()
        configuration.rescaleBetasZeroSNR = true
        configuration.timestepSpacing = .trailing
        #expect { try makeScheduler(configuration, kind: .ddim, steps: 20) } throws: {
            "\($0)".hasPrefix("A network that predicts epsilon cannot start from pure noise")
        }
        configuration.predictionType = .velocity
        _ = try makeScheduler(configuration, kind: .ddim, steps: 20)
    }

    @Test(arguments: SchedulerKind.allCases) func refusesBadSteps(_ kind: SchedulerKind) throws {
        var scheduler = try makeScheduler(SchedulerConfiguration(), kind: kind, steps: 20)
        let x = try Tensor.zeros([1, 4, 3, 3])
        let wide = try Tensor.zeros([1, 8, 3, 3])
        let count = scheduler.timesteps.count
        let range = DiffusionError("Expected a step in 0..<\(count), found \(count).")
        #expect(throws: range) { try scheduler.scaledInput(x, at: count) }
        #expect(throws: range) { try scheduler.noised(x, noise: x, at: count) }
        #expect(throws: range) { try scheduler.step(x, at: count, sample: x, noise: x) }
        #expect { try scheduler.step(wide, at: 0, sample: x, noise: x) } throws: {
            "\($0)".hasPrefix("Expected a prediction of the sample's shape [1, 4, 3, 3]")
        }
        if scheduler.needsNoise(at: 0) {
            #expect(throws: DiffusionError("Step 0 needs noise, found none.")) {
                try scheduler.step(x, at: 0, sample: x, noise: nil)
            }
            #expect { try scheduler.step(x, at: 0, sample: x, noise: wide) } throws: {
                "\($0)".hasPrefix("Expected noise of the sample's shape")
            }
        }
    }
}
