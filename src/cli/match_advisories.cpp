#include "cli/match_advisories.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/bundle_key.hpp"
#include "cli/match_evidence.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "engine/exposure/alias_file.hpp"
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
/// By publisher's namespace and tracking id, which nobody writes twice differing in case.
using Advisories = std::map<std::pair<std::string, std::string>, Read>;
std::pair<std::string, std::string> name_of(std::string issuer, std::string_view key) {
  return {std::move(issuer), text::lower_ascii(key)};
}

/// What bundles for one recipient have told so far.
struct Stream {
  std::optional<exchange::BundleLink> last;
  Advisories advisories;
  exposure::AliasFile aliases;  ///< Of the last: each brings them whole.
};

/// Takes documents from wherever they come; of several revisions of one the newest counts.
class Reader {
 public:
  explicit Reader(bool quiet) : progress_{"Reading advisories", "advisories", !quiet} {}

  Status take(Advisories& into, const std::string& name, std::string_view bytes) {
    auto parsed = json::parse(bytes);
    auto advisory = parsed ? csaf::read_advisory(parsed->root()) : Result<csaf::Advisory>{parsed.error()};
    if (!advisory) {
      progress_.clear();
      complain(fmt::format("{} is left out: {}", name, advisory.error().to_string()));
      return ok();
    }
    ++read_;
    const auto& header = advisory->header;
    const auto [at, is_new] = into.try_emplace(name_of(header.publisher_namespace, header.tracking_id));
    if (!is_new && !(order(at->second.advisory) < order(*advisory))) return ok();
    at->second.facts = exposure::decision_facts(*advisory);
    exposure::strip(*advisory);
    at->second.advisory = std::move(*advisory);
    return ok();
  }

  Status read(const std::vector<std::string>& paths) {
    exchange::SourceEvents events;
    events.visit = [&](const exchange::SourceDocument& document) {
      return take(newest_, document.name, document.bytes);
    };
    events.bad = [&](const std::string& name, const Error& error) {
      progress_.clear();
      complain(fmt::format("{} is left out: {}", name, error.message));
    };
    events.progress = [&](std::uint64_t done, std::uint64_t total) { progress_.update(done, total, read_); };
    for (const auto& path : paths) TRY_VOID(exchange::read_source(path, {}, events));
    return ok();
  }

  /// Follows the others of its recipient: what it takes back is not there any more.
  Status take(const exchange::Bundle& bundle, const std::string& path, const MatchOptions& options, Knowledge& into) {
    const auto& manifest = bundle.manifest();
    auto& stream = streams_[manifest.recipient];
    if (manifest.previous && manifest.previous != stream.last) {
      return Error::conflict(fmt::format("The bundle holds only what is new since number {}: name that one before it",
                                         manifest.previous->sequence),
                             path);
    }
    if (stream.last && stream.last->sequence >= manifest.sequence) {
      return Error::conflict(fmt::format("The bundle is number {} and stands behind number {}: name the newest last",
                                         manifest.sequence, stream.last->sequence),
                             path);
    }
    stream.last = bundle.link();
    stream.aliases = {};
    if (!manifest.recipient.empty()) own_of_ = manifest.recipient;
    if (!manifest.previous && manifest.format > 1) stream.advisories.clear();
    for (const auto& each : manifest.withdrawn) stream.advisories.erase(name_of(each.issuer, each.key));
    return bundle.each([&](const exchange::BundleEntry& entry, const std::string& content) -> Status {
      if (entry.kind == exchange::bundle_kind::kAdvisory) return take(stream.advisories, entry.name, content);
      if (entry.kind == exchange::bundle_kind::kAliases) {
        TRY(stream.aliases, exposure::read_aliases(content));
        return ok();
      }
      return take_beside(entry, content, options, into);
    });
  }

  Status finish(Knowledge& into) {
    progress_.clear();
    exposure::AliasFile aliases;
    for (auto& [recipient, stream] : streams_) {
      // "Your organisation" is one.
      if (recipient == own_of_) aliases.own = std::move(stream.aliases.own);
      std::ranges::move(stream.aliases.community, std::back_inserter(aliases.community));
    }
    into.aliases = exposure::book_of(aliases);
    for (auto& [recipient, stream] : streams_) {
      for (auto& [name, each] : stream.advisories) {
        const auto [at, is_new] = newest_.try_emplace(name);
        if (is_new || order(at->second.advisory) < order(each.advisory)) at->second = std::move(each);
      }
    }
    if (read_ == 0) return Error::invalid("No advisory could be read", "--advisories");
    for (auto& [id, each] : newest_) {
      into.matcher.add(each.advisory);
      into.facts.push_back(std::move(each.facts));
    }
    into.matcher.prepare();
    return ok();
  }

 private:
  static std::pair<std::string, std::int64_t> order(const csaf::Advisory& each) {
    return {csaf::version_order(each.header.tracking_version), each.header.current_release_date.micros};
  }
  /// What the command line names wins.
  static Status take_beside(const exchange::BundleEntry& entry, std::string_view bytes, const MatchOptions& options,
                            Knowledge& into) {
    namespace kind = exchange::bundle_kind;
    if (entry.kind == kind::kKev && options.kev.empty()) {
      TRY(const auto parsed, json::parse(bytes));
      TRY(const auto catalogue, formats::kev::read_json(parsed.root()));
      into.book.add(catalogue);
    }
    if (entry.kind == kind::kEpss && options.epss.empty()) {
      TRY(const auto scores, formats::epss::read(bytes));
      into.book.add(scores);
    }
    if (entry.kind == kind::kDecisionTable && options.decision_table.empty()) {
      TRY(into.rules, exposure::Rules::read(bytes));
    }
    return ok();
  }

  Advisories newest_;
  std::map<std::string, Stream> streams_;  ///< By recipient.
  std::string own_of_;                     ///< The last that a bundle was for.
  Progress progress_;
  std::uint64_t read_ = 0;
};

Status read_bundles(const MatchOptions& options, Reader& reader, Knowledge& into) {
  if (options.bundles.empty()) return ok();
  std::string key;
  if (!options.bundle_key.empty()) {
    TRY(key, read_public_key(options.bundle_key));
  }
  if (key.empty()) complain("The bundle is whole; whether it is from whom you think is not checked without --key");
  for (const auto& path : options.bundles) {
    TRY(auto bytes, exchange::read_bundle_file(path));
    auto bundle = exchange::Bundle::open(std::move(bytes), key);
    if (!bundle) return in_file(path, bundle.error());
    // All by one hand, and for each recipient none missing between them.
    if (key.empty()) key = bundle->public_key();
    TRY_VOID(reader.take(*bundle, path, options, into));
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
