#include "exchange/import.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "exchange/import_indexer.hpp"
#include "exchange/import_pipeline.hpp"
#include "exchange/prepare_list.hpp"
#include "exchange/putting.hpp"
#include "store/communities.hpp"
#include "store/records.hpp"

namespace tocsin::exchange {
namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds{100};

/// Where the source tells what it finds.
struct Sink {
  ImportPipeline& pipeline;
  std::atomic<std::uint64_t> bytes_read{0};
  std::uint64_t bytes_total = 0;
};

std::string at(std::string_view name, std::string_view where) {
  return where.empty() ? std::string{name} : fmt::format("{}:{}", name, where);
}

Error placed(Error error, std::string_view name) {
  error.where = at(name, error.where);
  return error;
}

/// Objects of a file of STIX in one transaction: others shall get their turn to write in between.
constexpr std::size_t kObjectsAtOnce = 4'096;

/// The writer's half: batches, one transaction each.
class Writer {
 public:
  Writer(store::Database& database, ImportIndexer& indexer, const ImportOptions& options, const ImportEvents& events,
         const Clock& clock)
      : database_(database), indexer_(indexer), options_(options), events_(events), clock_(clock) {}

  Status add(CheckedDocument checked) {
    if (checked.prepared.kev || checked.prepared.epss) return add_evidence(checked);
    if (checked.prepared.stix) return add_objects(checked);
    batch_bytes_ += checked.size;
    batch_.push_back(std::move(checked));
    const bool full =
        batch_.size() >= static_cast<std::size_t>(std::max(options_.batch, 1)) || batch_bytes_ >= options_.batch_bytes;
    return full ? flush() : ok();
  }

  Status flush() {
    if (batch_.empty()) return ok();
    std::vector<ImportItem> items;
    const bool any =
        std::ranges::any_of(batch_, [](const CheckedDocument& each) { return each.prepared.revision.has_value(); });
    if (any) {
      TRY_VOID(database_.write([&](store::Connection& connection) { return write(connection, items); }));
    } else {
      for (auto& each : batch_) items.push_back(item_of(each));
    }
    for (std::size_t i = 0; i < items.size(); ++i) tell(items[i], batch_[i].size);
    batch_.clear();
    batch_bytes_ = 0;
    return any ? indexer_.committed() : ok();
  }

  const ImportSummary& summary() const noexcept { return summary_; }

 private:
  /// A transaction of its own: it is no record, and what was read before it comes before it.
  Status add_evidence(const CheckedDocument& checked) {
    TRY_VOID(flush());
    const auto actor = engine::Actor::at_console();
    auto taken = checked.prepared.kev
                     ? engine::evidence::import_kev(database_, actor, *checked.prepared.kev, clock_.now())
                     : engine::evidence::import_epss(database_, actor, *checked.prepared.epss, clock_.now());
    auto item = item_of(checked);
    if (taken) {
      item.evidence = *std::move(taken);
    } else {
      if (is_of_the_database(taken.error())) return taken.error();
      item.problems.push_back(placed(std::move(taken).error(), item.name));
    }
    tell(item, checked.size);
    return ok();
  }
  /// Transactions of its own: a file may hold a million of them.
  Status add_objects(const CheckedDocument& checked) {
    TRY_VOID(flush());
    const auto& objects = *checked.prepared.stix;
    auto item = item_of(checked);
    item.objects.emplace();
    item.objects->refused = objects.refused;
    item.objects->lifted = objects.lifted;
    item.objects->misp_events = objects.misp_events;
    item.objects->listed = objects.listed;
    for (std::size_t at = 0; at < objects.revisions.size(); at += kObjectsAtOnce) {
      const auto end = std::min(at + kObjectsAtOnce, objects.revisions.size());
      // The database may run it again.
      std::optional<ImportItem> after;
      TRY_VOID(database_.write([&](store::Connection& connection) {
        after = item;
        if (!objects.times.empty()) return put_listed(connection, objects, at, end, *after);
        return put_objects(connection, objects, at, end, again(), after->name, clock_.now(), *after->objects,
                           after->problems);
      }));
      item = *std::move(after);
      TRY_VOID(indexer_.committed_objects());
    }
    tell(item, checked.size);
    return ok();
  }

  /// What is here already says when it began, and what became of it.
  Status put_listed(store::Connection& connection, const PreparedObjects& objects, std::size_t begin, std::size_t end,
                    ImportItem& item) {
    auto some = part_of(objects, begin, end);
    TRY(const auto removed, settle(connection, some, again()));
    item.objects->removed += removed;
    return put_objects(connection, some, 0, some.revisions.size(), again(), item.name, clock_.now(), *item.objects,
                       item.problems);
  }

  static ImportItem item_of(const CheckedDocument& checked) {
    ImportItem item{.name = checked.name,
                    .outcome = {},
                    .key = {},
                    .slug = {},
                    .problems = checked.prepared.problems,
                    .warnings = checked.prepared.warnings,
                    .skipped_as = checked.prepared.skipped_as,
                    .tlp_defaulted = checked.prepared.tlp_defaulted,
                    .evidence = {}};
    if (checked.prepared.revision) item.key = checked.prepared.revision->key;
    return item;
  }

  Status write(store::Connection& connection, std::vector<ImportItem>& items) {
    items.clear();
    std::vector<const domain::NewRevision*> revisions;
    for (const auto& each : batch_) {
      if (each.prepared.revision) revisions.push_back(&*each.prepared.revision);
    }
    TRY(const auto put, put_revisions(connection, revisions, again(), clock_.now()));
    for (std::size_t i = 0, stored = 0; i < batch_.size(); ++i) {
      auto item = item_of(batch_[i]);
      if (const auto& revision = batch_[i].prepared.revision) {
        const auto& one = put[stored++];
        if (one.result) {
          keep(*one.result, *revision, item);
        } else {
          item.problems.push_back(not_put(*one.problem, item.name));
        }
      }
      items.push_back(std::move(item));
    }
    return ok();
  }

  store::Again again() const { return options_.again ? store::Again::yes : store::Again::no; }

  static void keep(const store::PutResult& result, const domain::NewRevision& revision, ImportItem& item) {
    item.outcome = result.outcome;
    item.slug = result.slug;
    if (item.outcome != domain::PutOutcome::conflicting) return;
    item.problems.push_back(Error::conflict(
        fmt::format("Version {} of {} is here already with other content. This one is kept beside it as "
                    "conflicting; readers still see the first. A corrected document needs a higher tracking version",
                    revision.version, revision.key),
        at(item.name, "/document/tracking/version")));
  }

  void tell(const ImportItem& item, std::size_t bytes) {
    ++summary_.documents;
    summary_.bytes += bytes;
    if (item.outcome) {
      switch (*item.outcome) {
        case domain::PutOutcome::created:
          ++summary_.created;
          break;
        case domain::PutOutcome::updated:
          ++summary_.updated;
          break;
        case domain::PutOutcome::unchanged:
          ++summary_.unchanged;
          break;
        case domain::PutOutcome::history:
          ++summary_.history;
          break;
        case domain::PutOutcome::conflicting:
          ++summary_.conflicting;
          break;
        case domain::PutOutcome::removed:
          ++summary_.removed;
          break;
      }
      const bool stored =
          *item.outcome != domain::PutOutcome::unchanged && *item.outcome != domain::PutOutcome::removed;
      if (item.tlp_defaulted && stored) ++summary_.tlp_defaulted;
    } else if (item.evidence) {
      ++summary_.evidence;
    } else if (item.objects) {
      ++summary_.stix;
      summary_.objects += *item.objects;
    } else if (!item.skipped_as.empty()) {
      ++summary_.skipped;
    } else {
      ++summary_.rejected;
    }
    if (events_.item) events_.item(item);
  }

  store::Database& database_;
  ImportIndexer& indexer_;
  const ImportOptions& options_;
  const ImportEvents& events_;
  const Clock& clock_;
  std::vector<CheckedDocument> batch_;
  std::size_t batch_bytes_ = 0;
  ImportSummary summary_;
};

/// After so many new records PostgreSQL had better know of them: by itself it would look a minute later.
constexpr std::int64_t kManyNew = 1'000;

/// For the writer, where it takes several batches.
void arrange(Prepared& prepared) {
  if (prepared.stix && prepared.stix->revisions.size() > kObjectsAtOnce) sort_by_key(*prepared.stix);
}

void check_documents(ImportPipeline& pipeline, const ImportOptions& options) {
  while (auto work = pipeline.take()) {
    CheckedDocument checked{.name = std::move(work->name), .prepared = {}, .size = work->size};
    if (work->unreadable) {
      checked.prepared.problems.push_back(std::move(*work->unreadable));
    } else {
      try {
        const auto other = work->found ? other_text(checked.name, work->bytes) : std::string_view{};
        if (other.empty()) {
          checked.prepared = prepare(checked.name, std::move(work->bytes), options);
        } else {
          checked.prepared.skipped_as = other;
        }
        arrange(checked.prepared);
      } catch (const std::exception& failure) {
        // Of a library, out of memory for one: this document's trouble only.
        checked.prepared.problems.push_back(Error::internal(fmt::format("Could not be checked: {}", failure.what())));
      }
    }
    pipeline.give(work->number, std::move(checked));
  }
}

/// `read` fills the pipeline from another thread and returns what stopped it.
Result<ImportSummary> run(store::Database& database, const ImportOptions& given, const ImportEvents& events,
                          const Clock& clock, std::uint64_t bytes_total, const std::function<Status(Sink&)>& read) {
  const auto started = std::chrono::steady_clock::now();
  auto options = given;
  options.now = clock.now();
  TRY(options.communities,
      database.read([](store::Connection& connection) { return store::Communities{connection}.all(); }));
  ImportPipeline pipeline;
  Sink sink{pipeline};
  sink.bytes_total = bytes_total;
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  const int checkers = options.threads > 0 ? options.threads : std::clamp(processors, 1, 8);

  Status reading = ok();
  ImportIndexer indexer{database, options};
  Writer writer{database, indexer, options, events, clock};
  Status writing = ok();
  {
    // Declared after what they use, so that they end before it: also when an event throws.
    struct Threads {
      ImportPipeline& pipeline;
      std::vector<std::thread> all;
      ~Threads() {
        pipeline.stop();
        for (auto& each : all) each.join();
      }
    } threads{pipeline, {}};
    threads.all.emplace_back([&] {
      try {
        reading = read(sink);
      } catch (const std::exception& failure) {
        reading = Error::internal("Reading stopped", failure.what());
      }
      pipeline.close();
    });
    for (int i = 0; i < checkers; ++i) threads.all.emplace_back([&] { check_documents(pipeline, options); });

    auto told = started;
    const auto tell_progress = [&](bool always) {
      const auto now = std::chrono::steady_clock::now();
      if (!events.progress || (!always && now - told < kProgressEvery)) return;
      told = now;
      const auto read_bytes = sink.bytes_read.load(std::memory_order_relaxed);
      events.progress(static_cast<std::uint64_t>(writer.summary().documents),
                      sink.bytes_total > 0 ? std::min(read_bytes, sink.bytes_total) : read_bytes, sink.bytes_total);
    };
    for (CheckedDocument checked;;) {
      const auto next = pipeline.next(checked, kProgressEvery);
      if (next == ImportPipeline::Next::end) break;
      if (next == ImportPipeline::Next::document) writing = writer.add(std::move(checked));
      if (!writing) break;
      tell_progress(false);
    }
    if (writing) writing = writer.flush();
    tell_progress(true);
  }
  TRY_VOID(writing);
  TRY_VOID(indexer.finish());
  TRY_VOID(reading);
  auto summary = writer.summary();
  if (summary.created + summary.objects.created >= kManyNew) TRY_VOID(store::renew_statistics(database));
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return summary;
}

Status stopped() { return Error::unavailable("The import was stopped"); }

}  // namespace

ObjectCounts& ObjectCounts::operator+=(const ObjectCounts& more) noexcept {
  created += more.created;
  updated += more.updated;
  unchanged += more.unchanged;
  history += more.history;
  conflicting += more.conflicting;
  removed += more.removed;
  refused += more.refused;
  lifted += more.lifted;
  tlp_defaulted += more.tlp_defaulted;
  misp_events += more.misp_events;
  listed += more.listed;
  return *this;
}

Result<ImportSummary> import_paths(store::Database& database, const std::vector<std::string>& paths,
                                   const ImportOptions& options, const ImportEvents& events, const Clock& clock) {
  std::uint64_t bytes_total = 0;
  bool total_known = static_cast<bool>(events.progress);
  for (const auto& path : paths) {
    if (path == "-") {
      total_known = false;
      continue;
    }
    std::error_code failure;
    if (!std::filesystem::exists(path, failure)) {
      return Error{Error::Code::not_found, "No such file or folder", printable_name(path), {}};
    }
    if (total_known) bytes_total += source_bytes(path, SourceNames::all);
  }
  return run(database, options, events, clock, total_known ? bytes_total : 0, [&](Sink& sink) -> Status {
    for (const auto& path : paths) {
      const auto base = sink.bytes_read.load(std::memory_order_relaxed);
      const SourceEvents source{
          .visit = [&](SourceDocument document) -> Status {
            const auto size = document.bytes.size();
            ImportWork work{.name = std::move(document.name),
                            .bytes = std::move(document.bytes),
                            .unreadable = {},
                            .found = document.found,
                            .size = size};
            return sink.pipeline.put(std::move(work)) ? ok() : stopped();
          },
          .bad =
              [&](std::string name, Error error) {
                sink.pipeline.put({.name = std::move(name), .bytes = {}, .unreadable = std::move(error)});
              },
          .progress = [&](std::uint64_t read,
                          std::uint64_t) { sink.bytes_read.store(base + read, std::memory_order_relaxed); }};
      auto limits = options.limits;
      limits.names = SourceNames::all;
      TRY_VOID(read_source(path, limits, source));
    }
    return ok();
  });
}

Result<ImportSummary> import_documents(store::Database& database, std::vector<SourceDocument> documents,
                                       const ImportOptions& options, const ImportEvents& events, const Clock& clock) {
  std::uint64_t bytes_total = 0;
  for (const auto& each : documents) bytes_total += each.bytes.size();
  return run(database, options, events, clock, bytes_total, [&](Sink& sink) -> Status {
    for (auto& each : documents) {
      const auto size = each.bytes.size();
      sink.bytes_read.fetch_add(size, std::memory_order_relaxed);
      ImportWork work{.name = std::move(each.name), .bytes = std::move(each.bytes), .unreadable = {}, .size = size};
      if (!sink.pipeline.put(std::move(work))) return stopped();
    }
    return ok();
  });
}

}  // namespace tocsin::exchange
