import Diffusion
import ICPortrait
import TestSupport
import Testing
import Torch
import Training

@Suite(.serialized) struct PortraitDenoisingTests {
    private let small: SmallBase
    private let conditions: PortraitConditions
    private let scheduler: SchedulerConfiguration

    init() throws {
        small = try SmallBase()
        let generator = try Generator(seed: 2)
        func latents() throws -> Tensor { try .randn([1, 4, 16, 16], generator: generator) }
        conditions = try PortraitConditions(
            reference: latents(), profile: latents(), token: .randn([1, 24], generator: generator),
            settings: ICPortraitSettings(), seed: 9)
        scheduler = try SchedulerConfiguration.load(
            json: Array(
                """
                {"_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012,
                 "beta_schedule": "scaled_linear", "num_train_timesteps": 1000,
                 "clip_sample": false, "set_alpha_to_one": false, "steps_offset": 1}
                """.utf8), from: "scheduler_config.json")
    }

    private func run(
        _ networks: ICPortraitNetworks, of conditions: PortraitConditions? = nil,
        kind: SchedulerKind = .ddim, seed: UInt64 = 1, guide: IdentityGuide? = nil,
        _ change: (inout ICPortraitSettings) -> Void = { _ in }
    ) throws -> PortraitDenoising {
        var settings = ICPortraitSettings()
        (settings.steps, settings.strengths) = (6, [0.5, 0.34])
        change(&settings)
        return try PortraitDenoising(
            networks, conditions ?? self.conditions, scheduler: scheduler, kind: kind,
            settings: settings, seed: seed, guide: guide)
    }

    private func finished(_ run: PortraitDenoising) throws -> Tensor {
        for step in run { _ = try step.get() }
        return run.portrait
    }

    @Test func roundsGoBackAsFarAsTheirStrengths() throws {
        let run = try run(small.networks())
        #expect(run.count == 5)
        var ends: [Int] = []
        for (place, step) in run.enumerated() {
            let step = try step.get()
            #expect(step.index == place && step.count == 5)
            #expect(step.round == (place < 3 ? 0 : 1))
            if step.endsRound { ends.append(place) }
        }
        #expect(ends == [2, 4])
    }

    @Test func withoutTrainedCopiesItIsImageToImageOfTheCanvas() throws {
        let run = try run(small.newNetworks()) { ($0.guidance, $0.strengths) = (1, [0.5]) }
        let found = try finished(run)

        var sampler = try makeScheduler(scheduler, kind: .ddim, steps: 6)
        let clean = try Tensor.cat([conditions.reference, conditions.profile], along: 3)
        let noise = try Tensor.randn(
            clean.shape, generator: Generator(seed: StepSeed(1)("noise", 0)))
        var x = try sampler.noised(clean, noise: noise, at: 3)
        try noGrad {
            for index in 3..<6 {
                let output = try small.base(
                    x, timestep: Tensor([Int64(sampler.timesteps[index])]),
                    context: conditions.token)
                x = try sampler.step(output, at: index, sample: x, noise: nil).previous
            }
        }
        let wanted = try x[.all, .all, .all, 0..<16]
        #expect(try (found - wanted).abs().max().item() < 1e-5 * wanted.abs().max().item())
    }

    @Test func inBfloat16ItIsNearlyThePortraitOfFloat32() throws {
        func half(_ x: Tensor) throws -> Tensor { try x.to(.bfloat16) }
        let rounded = try PortraitConditions(
            reference: half(conditions.reference), profile: half(conditions.profile),
            token: half(conditions.token[.all, 0]),
            visible: half(Canvas(conditions.condition).target))
        let exact = try finished(run(small.networks()))
        let own = try finished(run(small.networks(.bfloat16), of: rounded))
        let other = try finished(run(small.networks(.bfloat16), of: rounded, seed: 2))
        let (near, far) = try (Closeness(own, exact), Closeness(other, exact))
        #expect(near.cosine > 0.99, "\(near)")
        #expect(far.cosine < 0.9, "\(far)")
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        let networks = try small.networks()
        let first = try finished(run(networks))
        #expect(try finished(run(networks)).isEqual(to: first))
        #expect(try !finished(run(networks, seed: 2)).isEqual(to: first))
    }

    @Test(arguments: [SchedulerKind.ddim, .eulerAncestral, .dpmpp2M])
    func aStoppedRunEndsAtTheSameBytes(_ kind: SchedulerKind) throws {
        let networks = try small.networks()
        let whole = try finished(run(networks, kind: kind))
        for stop in [2, 3, 4] {
            let first = try run(networks, kind: kind)
            for _ in 0..<stop { _ = try #require(first.next()).get() }
            let state = try first.state()
            let second = try run(networks, kind: kind)
            try second.restore(state)
            #expect(try finished(second).isEqual(to: whole), "\(kind), after \(stop)")
        }
    }

    @Test func everySettingChangesThePortrait() throws {
        let networks = try small.networks()
        let plain = try finished(run(networks))
        let changes: [(String, (inout ICPortraitSettings) -> Void)] = [
            ("guidance", { $0.guidance = 1 }), ("profile", { $0.replacesProfile = true }),
            ("moment", { $0.matching.moment = .current }), ("blend", { $0.blend.shape = .full }),
            ("blocks", { $0.matching.blocks = [1] }), ("median", { $0.matching.medianSide = 5 }),
            ("refinement", { $0.matching.refinement = 0 }),
            ("confidence", { $0.matching.cycleLimit = 0.1 }), ("rounds", { $0.strengths = [0.5] }),
        ]
        for (name, change) in changes {
            let other = try finished(run(networks, change))
            #expect(try (other - plain).abs().max().item() > 1e-4, "\(name)")
        }
    }

    @Test func guidanceOutsideItsIntervalIsLeftOut() throws {
        let networks = try small.networks()
        let (always, never) = try (
            finished(run(networks)), finished(run(networks) { $0.guidance = 1 })
        )
        let all = try finished(run(networks) { ($0.guidanceFrom, $0.guidanceTo) = (0, 1) })
        #expect(try all.isEqual(to: always))
        let none = try finished(run(networks) { $0.guidanceFrom = 1 })
        #expect(try none.isEqual(to: never))
        let some = try finished(run(networks) { $0.guidanceTo = 0.2 })
        #expect(try !some.isEqual(to: always) && !some.isEqual(to: never))
        var settings = ICPortraitSettings()
        (settings.guidanceFrom, settings.guidanceTo) = (0.6, 0.5)
        #expect(throws: ICPortraitError.self) { try settings.check() }
    }

    @Test(arguments: [SchedulerKind.ddim, .euler, .dpmpp2M])
    func aGuideBringsThePortraitNearerToThePerson(_ kind: SchedulerKind) throws {
        let judge = try SmallJudge()
        let points = SmallJudge.points[0]
        let asked = try judge.embeddings(judge.latents(5)[0..<1], [points])
        let guide = IdentityGuide(judge.loss, points: points, identity: asked)
        let networks = try small.networks()
        func made(_ change: @escaping (inout IdentityGuidance) -> Void) throws -> PortraitDenoising
        {
            try run(networks, kind: kind, guide: guide) {
                ($0.identity.weight, $0.identity.looks) = (0.05, 2)
                change(&$0.identity)
            }
        }
        func distance(_ portrait: Tensor) throws -> Double {
            try judge.loss(portrait, points: [points], identities: asked).item()
        }
        let plain = try finished(run(networks, kind: kind))
        #expect(try finished(made { $0.weight = 0 }).isEqual(to: plain))
        #expect(try finished(made { ($0.from, $0.to) = (0.99, 1) }).isEqual(to: plain))
        let guided = try finished(made { _ in })
        #expect(try distance(guided) < distance(plain))
        #expect(try finished(made { _ in }).isEqual(to: guided))
        // A run that goes on draws the cuts that it would have drawn.
        let first = try made { _ in }
        for _ in 0..<2 { _ = try #require(first.next()).get() }
        let second = try made { _ in }
        try second.restore(first.state())
        #expect(try finished(second).isEqual(to: guided))
    }

    @Test(arguments: [[], [0.0], [0.5, 0.01], [1.5], [-0.2]])
    func strengthsThatLeaveNothingAreRefused(
        _ strengths: [Double]
    ) throws {
        let error = #expect(throws: ICPortraitError.self) {
            _ = try run(small.newNetworks()) { $0.strengths = strengths }
        }
        #expect("\(try #require(error))".hasPrefix("strengths: expected one or more numbers"))
    }

    @Test func latentsOfAnotherSizeAreRefused() throws {
        let reference = try Tensor.zeros([1, 4, 16, 16])
        let error = #expect(throws: ICPortraitError.self) {
            _ = try PortraitConditions(
                reference: reference, profile: .zeros([1, 4, 8, 8]), token: .zeros([1, 24]),
                settings: ICPortraitSettings(), seed: 1)
        }
        #expect("\(try #require(error))".contains("profile"))
    }
}
