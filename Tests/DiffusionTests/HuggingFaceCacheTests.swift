import Diffusion
import Foundation
import Testing

@Suite struct HuggingFaceCacheTests {
    @Test func itLiesWhereTheirLibrariesLook() {
        func path(_ more: [String: String]) -> String {
            HuggingFaceCache(environment: ["HOME": "/home/ada"].merging(more) { $1 }).path
        }
        #expect(path([:]) == "/home/ada/.cache/huggingface/hub")
        #expect(path(["XDG_CACHE_HOME": "/c"]) == "/c/huggingface/hub")
        #expect(path(["HF_HOME": "/h"]) == "/h/hub")
        #expect(path(["HF_HOME": "/h", "HF_HUB_CACHE": "~/hub"]) == "/home/ada/hub")
    }

    @Test func aModelsLatestSnapshotIsTheOneThatMainNames() throws {
        let folder = try Folder()
        let model = "models--some--model"
        try folder.write("b2", "\(model)/refs/main")
        try folder.write("{}", "\(model)/snapshots/a1/model_index.json")
        try folder.write("{}", "\(model)/snapshots/b2/model_index.json")
        try folder.write("{}", "models--no--reference/snapshots/c3/config.json")
        try folder.write("", "models--empty--one/refs/other")
        try folder.write("", "datasets--some--data/snapshots/d4/x")
        let cache = HuggingFaceCache(folder.path)
        #expect(cache.models.map(\.name) == ["no/reference", "some/model"])
        #expect(cache.models.last?.snapshot == folder.file("\(model)/snapshots/b2"))
        #expect(cache.tokenizer() == nil)
        #expect(HuggingFaceCache(folder.file("nowhere")).models.isEmpty)
    }

    @Test func anyModelsVocabularyServes() throws {
        let folder = try Folder()
        let tokenizer = "models--some--model/snapshots/a1/tokenizer"
        // Another vocabulary, then CLIP's size.
        for (name, words) in [
            ("models--other--model/snapshots/z9/tokenizer", MadeUpVocabulary.tiny),
            (tokenizer, .published),
        ] {
            for (file, text) in words.files(padding: MadeUpVocabulary.end) {
                try folder.write(text, "\(name)/\(file)")
            }
        }
        #expect(HuggingFaceCache(folder.path).tokenizer() == folder.file(tokenizer))
    }
}
