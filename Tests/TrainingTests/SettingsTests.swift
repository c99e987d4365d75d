import Testing
import Training

@Suite struct SettingsTests {
    private func read(_ json: String) throws -> TrainingSettings {
        try TrainingSettings(json: Array(json.utf8), from: "run.json")
    }

    @Test func whatAFileLeavesOutKeepsItsDefault() throws {
        let settings = try read(#"{"steps": 7, "optimizer": {"learning_rate": 0.5}}"#)
        #expect(settings.steps == 7)
        #expect(settings.optimizer.learningRate == 0.5)
        #expect(settings.optimizer.beta1 == 0.9)
        #expect(settings.batchSize == TrainingSettings().batchSize)
    }

    @Test(arguments: [
        (#"{"stepz": 7}"#, "run.json: unknown setting stepz"),
        (#"{"optimizer": {"lr": 1}}"#, "run.json: unknown setting optimizer.lr"),
        (#"{"steps": "many"}"#, "run.json: steps: expected a number, found \"many\""),
        (#"{"optimizer": 3}"#, "run.json: optimizer: expected an object, found 3"),
        (#"{"steps": 1.5}"#, "run.json: "),
        (#"{"precision": "fp8"}"#, "run.json: precision"),
        ("{", "run.json: expected a JSON object of settings"),
    ])
    func saysWhatItDoesNotUnderstand(_ json: String, _ start: String) throws {
        let error = #expect(throws: TrainingError.self) { try read(json) }
        #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
    }

    @Test func assignmentsReachInside() throws {
        let settings = try TrainingSettings().setting("optimizer.learning_rate=1e-3")
            .setting("precision=bf16").setting("steps=12")
        #expect(settings.optimizer.learningRate == 1e-3)
        #expect(settings.precision == .bf16)
        #expect(settings.steps == 12)
        #expect(throws: TrainingError.self) { try settings.setting("steps") }
        #expect(throws: TrainingError.self) { try settings.setting("optimizer.rate=1") }
    }

    @Test(arguments: ["steps=0", "batch_size=-1", "average_decay=1", "optimizer.learning_rate=0"])
    func refusesImpossibleNumbers(_ assignment: String) throws {
        let settings = try TrainingSettings().setting(assignment)
        let error = #expect(throws: TrainingError.self) { try settings.check() }
        let name = assignment.split(separator: "=").first ?? ""
        #expect(error?.description.hasPrefix(name) == true)
    }
}
