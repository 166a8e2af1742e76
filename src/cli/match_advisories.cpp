#include "cli/match_advisories.hpp"

#include <map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/bundle_key.hpp"
#include "cli/match_evidence.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "exchange/bundle.hpp"
#include "exchange/source.hpp"
#include "formats/csaf/structure.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;
namespace exposure = engine::exposure;

struct Read {
  csaf::Advisory advisory;
  exposure::AdvisoryFacts facts;
};

/// Takes documents from wherever they come; of several revisions of one the newest counts.
class Reader {
 public:
  explicit Reader(bool quiet) : progress_{"Reading advisories", "advisories", !quiet} {}

  Status take(const std::string& name, std::string_view bytes) {
    auto parsed = json::parse(bytes);
    auto advisory = parsed ? csaf::read_advisory(parsed->root()) : Result<csaf::Advisory>{parsed.error()};
    if (!advisory) {
      progress_.clear();
      complain(fmt::format("{} is left out: {}", name, advisory.error().to_string()));
      return ok();
    }
    ++read_;
    const auto& header = advisory->header;
    const auto order = [](const csaf::Advisory& each) {
      return std::pair{csaf::version_order(each.header.tracking_version), each.header.current_release_date.micros};
    };
    const auto [at, is_new] = newest_.try_emplace({header.publisher_namespace, text::lower_ascii(header.tracking_id)});
    if (!is_new && !(order(at->second.advisory) < order(*advisory))) return ok();
    at->second.facts = exposure::decision_facts(*advisory);
    exposure::strip(*advisory);
    at->second.advisory = std::move(*advisory);
    return ok();
  }

  Status read(const std::vector<std::string>& paths) {
    exchange::SourceEvents events;
    events.visit = [&](const exchange::SourceDocument& document) { return take(document.name, document.bytes); };
    events.bad = [&](const std::string& name, const Error& error) {
      progress_.clear();
      complain(fmt::format("{} is left out: {}", name, error.message));
    };
    events.progress = [&](std::uint64_t done, std::uint64_t total) { progress_.update(done, total, read_); };
    for (const auto& path : paths) TRY_VOID(exchange::read_source(path, {}, events));
    return ok();
  }

  Status finish(Knowledge& into) {
    progress_.clear();
    if (read_ == 0) return Error::invalid("No advisory could be read", "--advisories");
    for (auto& [id, each] : newest_) {
      into.matcher.add(each.advisory);
      into.facts.push_back(std::move(each.facts));
    }
    into.matcher.prepare();
    return ok();
  }

 private:
  std::map<std::pair<std::string, std::string>, Read> newest_;
  Progress progress_;
  std::uint64_t read_ = 0;
};

/// What bundles bring beside advisories; what the command line names wins.
Status take_entry(const exchange::BundleEntry& entry, std::string_view bytes, const MatchOptions& options,
                  Reader& reader, Knowledge& into) {
  if (entry.kind == "advisory") return reader.take(entry.name, bytes);
  if (entry.kind == "kev" && options.kev.empty()) {
    TRY(const auto parsed, json::parse(bytes));
    TRY(const auto catalogue, formats::kev::read_json(parsed.root()));
    into.book.add(catalogue);
  }
  if (entry.kind == "epss" && options.epss.empty()) {
    TRY(const auto scores, formats::epss::read(bytes));
    into.book.add(scores);
  }
  if (entry.kind == "decision_table" && options.decision_table.empty()) {
    TRY(into.rules, exposure::Rules::read(bytes));
  }
  return ok();
}

Status read_bundles(const MatchOptions& options, Reader& reader, Knowledge& into) {
  if (options.bundles.empty()) return ok();
  std::string key;
  if (!options.bundle_key.empty()) {
    TRY(key, read_public_key(options.bundle_key));
  }
  if (key.empty()) complain("The bundle is whole; whether it is from whom you think is not checked without --key");
  std::optional<exchange::BundleLink> last;
  for (const auto& path : options.bundles) {
    TRY(auto bytes, exchange::read_bundle_file(path));
    auto bundle = exchange::Bundle::open(std::move(bytes), key);
    if (!bundle) return in_file(path, bundle.error());
    // All by one hand, and none missing between them.
    if (key.empty()) key = bundle->public_key();
    const auto& previous = bundle->manifest().previous;
    if (previous && previous != last) {
      return Error::conflict(
          fmt::format("The bundle holds only what is new since number {}: name that one before it", previous->sequence),
          path);
    }
    last = bundle->link();
    TRY_VOID(bundle->each([&](const exchange::BundleEntry& entry, const std::string& content) {
      return take_entry(entry, content, options, reader, into);
    }));
  }
  return ok();
}

}  // namespace

Result<Knowledge> read_knowledge(const CommandLine& line) {
  Knowledge knowledge;
  // What is small first, so that a mistyped name is known at once.
  const auto& options = line.match;
  TRY(knowledge.rules, read_rules(options.decision_table.empty() ? "ot" : options.decision_table));
  TRY(knowledge.book, read_evidence(options));
  Reader reader{line.quiet};
  TRY_VOID(read_bundles(options, reader, knowledge));
  TRY_VOID(reader.read(options.advisories));
  TRY_VOID(reader.finish(knowledge));
  return knowledge;
}

}  // namespace tocsin::cli
