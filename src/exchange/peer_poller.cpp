#include "exchange/peer_poller.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "engine/search/indexer.hpp"
#include "engine/threat/indexer.hpp"
#include "exchange/prepare_list.hpp"
#include "exchange/prepare_stix.hpp"
#include "exchange/putting.hpp"
#include "exchange/trying.hpp"
#include "store/communities.hpp"

namespace tocsin::exchange {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using store::PeerCounts;
using store::TaxiiPeer;
using store::TaxiiPeers;

/// Longer than a page may take to come and to be kept.
constexpr minutes kLease{10};
/// Of one peer, before others have their turn.
constexpr std::int64_t kPagesATurn = 20;
constexpr seconds kFirstWait{60};
constexpr hours kLongestWait{6}, kRetryAfterMost{24};
constexpr seconds kLookEvery{5}, kPauseAfterFailure{30};
constexpr std::int64_t kPreviewPages = 3, kPreviewLimit = 500;
constexpr seconds kPreviewWithin{20};
constexpr const char* kLeaseLost = "lease";
constexpr std::size_t kOtherMarkingsMax = 50;
/// So much of a wait more or less, so that peers that failed together are not all asked at once.
constexpr int kJitter = 10;

void add(PeerCounts& counts, const PeerCounts& more) {
  counts.stored += more.stored;
  counts.unchanged += more.unchanged;
  counts.refused += more.refused;
  counts.above += more.above;
  counts.held += more.held;
}

std::vector<std::string> keys_of(const PreparedObjects& objects) {
  std::vector<std::string> keys;
  keys.reserve(objects.revisions.size());
  for (const auto& each : objects.revisions) keys.push_back(each.key);
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  return keys;
}

/// Errors: invalid_input where the page as a whole cannot be read.
Result<Prepared> prepared(const TaxiiPeer& peer, const TaxiiPage& page, const ImportOptions& options) {
  if (page.objects == 0) {
    Prepared nothing;
    nothing.stix = std::make_shared<PreparedObjects>();
    return nothing;
  }
  auto out = prepare_stix(engine::taxii::source_of(peer), page.body, options);
  if (out.stix) return out;
  return out.problems.empty() ? Error::invalid("The page holds nothing that can be read") : out.problems.front();
}

}  // namespace

PeerPoller::PeerPoller(store::Database& database, const engine::taxii::Peers& peers, FetchSettings settings,
                       const Clock& clock, TaxiiClient::Get get)
    : database_(database), peers_(peers), client_(std::move(settings), std::move(get)), clock_(clock) {}

PeerPoller::~PeerPoller() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PeerPoller::start() {
  thread_ = std::thread([this] { run(); });
}

void PeerPoller::wake() {
  {
    const std::lock_guard lock{mutex_};
    ++wakes_;
  }
  changed_.notify_all();
}

void PeerPoller::run() {
  while (!stopping_) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock{mutex_};
      seen = wakes_;
    }
    Result<bool> worked = false;
    try {
      worked = work_once();
    } catch (const std::exception& failure) {
      worked = Error::internal("Reading a peer failed", failure.what());
    }
    if (!worked) {
      log::warn("peer.failed", {{"message", worked.error().message}, {"detail", worked.error().detail}});
    } else if (*worked) {
      continue;
    }
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, worked ? kLookEvery : kPauseAfterFailure, [&] { return stopping_ || wakes_ != seen; });
  }
}

std::chrono::seconds PeerPoller::wait_after(std::int64_t failures) noexcept {
  const auto doubled = kFirstWait * (std::int64_t{1} << std::clamp<std::int64_t>(failures - 1, 0, 20));
  return std::min<seconds>(doubled, kLongestWait);
}

Result<TaxiiPlace> PeerPoller::place_of(const TaxiiPeer& peer) const {
  TaxiiPlace place{.url = peer.url};
  if (peer.auth == store::PeerAuth::none) return place;
  TRY(const auto secret, peers_.open(peer.uuid, peer.secret));
  place.credentials = peer.auth == store::PeerAuth::basic ? basic_credentials(peer.account, secret.reveal())
                                                          : bearer_credentials(secret.reveal());
  return place;
}

Result<ImportOptions> PeerPoller::options_of(const TaxiiPeer& peer) const {
  ImportOptions options{.owner = peer.owner, .default_tlp = peer.tlp_default};
  options.now = clock_.now();
  if (peer.kind == store::PeerKind::misp) {
    TRY(options.communities,
        database_.read([](store::Connection& connection) { return store::Communities{connection}.all(); }));
  }
  if (auto markings = engine::taxii::read_markings(peer.markings)) options.markings = *std::move(markings);
  return options;
}

Result<bool> PeerPoller::work_once() {
  const auto now = clock_.now();
  TRY(auto peer, database_.write([&](store::Connection& connection) -> Result<std::optional<TaxiiPeer>> {
    TaxiiPeers peers{connection};
    TRY(auto due, peers.due(now));
    if (!due) return due;
    const auto until = after(now, kLease);
    TRY(const auto leased, peers.lease(*due, until));
    if (leased == 0) return std::optional<TaxiiPeer>{};
    due->busy_until = until;
    return due;
  }));
  if (!peer) return false;
  TRY(const auto reading,
      read(*std::move(peer), [&](const PeerReading& so_far) { return so_far.pages < kPagesATurn && !stopping_; }));
  return true;
}

Result<PeerReading> PeerPoller::read_now(std::int64_t id, const std::function<bool(const PeerReading&)>& page) {
  const auto now = clock_.now();
  TRY(auto peer, database_.write([&](store::Connection& connection) -> Result<TaxiiPeer> {
    TaxiiPeers peers{connection};
    TRY(auto found, peers.find(id));
    if (!found) return Error::not_found("peer");
    const auto until = after(now, kLease);
    const auto leased = found->busy_until > now ? Result<std::int64_t>{0} : peers.lease(*found, until);
    if (!leased) return leased.error();
    if (*leased == 0) return Error::conflict("It is being read at this moment", "peer");
    found->busy_until = until;
    return *std::move(found);
  }));
  return read(std::move(peer), page ? page : [](const PeerReading&) { return true; });
}

Result<PeerReading> PeerPoller::read(TaxiiPeer peer, const std::function<bool(const PeerReading&)>& page) {
  PeerReading reading;
  const auto place = place_of(peer);
  if (!place) {
    reading.failure = Error::invalid("The password or token was sealed by another key: give it again");
    TRY_VOID(release(peer, reading, {}));
    return reading;
  }
  switch (peer.kind) {
    case store::PeerKind::taxii:
      return read_collection(std::move(peer), *place, page);
    case store::PeerKind::misp:
      return read_feed(std::move(peer), *place, page);
    case store::PeerKind::news:
    case store::PeerKind::list:
      break;
  }
  return read_document(std::move(peer), *place, page);
}

Result<PeerReading> PeerPoller::read_collection(TaxiiPeer peer, const TaxiiPlace& place,
                                                const std::function<bool(const PeerReading&)>& page) {
  PeerReading reading;
  TaxiiTrouble trouble;
  const auto fail = [&](Error error) {
    reading.failure = std::move(error);
    return release(peer, reading, trouble);
  };
  const auto now = clock_.now();
  auto& position = peer.position;
  const bool from_the_start = position.added_after.empty() && position.next.empty() && !position.reading_all_since;
  const auto all_every = hours{24} * peer.all_every_days;
  const bool all_again = peer.all_every_days > 0 && position.read_all_at && !position.reading_all_since &&
                         position.next.empty() && after(*position.read_all_at, all_every) <= now;
  if (from_the_start || all_again) {
    position.added_after.clear();
    position.reading_all_since = now;
  }
  Paging paging{.position = position};
  resume(paging);
  for (;;) {
    auto got = client_.page(place, question_of(paging), &trouble);
    if (!got) {
      // A server may forget what its `next` stood for.
      const bool about_next = trouble.status == 400 || trouble.status == 404 || trouble.status == 410;
      if (about_next && forget_next(paging)) {
        reading.fault = kForgetsNext;
        continue;
      }
      if (trouble.slow) ask_for_less(paging);
      peer.position = paging.position;
      TRY_VOID(fail(got.error()));
      return reading;
    }
    TRY(const auto kept, keep_page(peer, *got, paging, reading));
    if (!kept) return reading;
    if (reading.failure || reading.caught_up) {
      TRY_VOID(release(peer, reading, trouble));
      return reading;
    }
    if (!page(reading)) {
      TRY_VOID(release(peer, reading, trouble));
      return reading;
    }
  }
}

/// False: the lease was lost, and nothing of the page is kept.
Result<bool> PeerPoller::keep_page(TaxiiPeer& peer, const TaxiiPage& page, Paging& paging, PeerReading& reading) {
  TRY(const auto options, options_of(peer));
  auto made = prepared(peer, page, options);
  if (!made) {
    reading.failure = made.error();
    return true;
  }
  Step step;
  Paging next;
  const auto advanced = [&](TaxiiPeers&, TaxiiPeer& noted, bool brought_new) -> Status {
    next = paging;
    step = advance(next, page, brought_new);
    noted.position = next.position;
    if (step.then == Then::caught_up && noted.position.reading_all_since) {
      noted.position.read_all_at = noted.position.reading_all_since;
      noted.position.reading_all_since.reset();
    }
    if (!step.fault.empty()) noted.fault = step.fault;
    return ok();
  };
  TRY(const auto kept, keep(peer, *made->stix, made->problems, advanced, reading));
  if (!kept) return false;
  paging = std::move(next);
  paging.position = peer.position;
  if (!step.fault.empty()) reading.fault = step.fault;
  reading.caught_up = step.then == Then::caught_up;
  if (step.then == Then::stuck) reading.failure = Error::unavailable(step.fault);
  return true;
}

Result<bool> PeerPoller::keep(TaxiiPeer& peer, const PreparedObjects& given, const std::vector<Error>& complaints,
                              const Advance& advance, PeerReading& reading) {
  auto objects = given;
  PeerCounts more{.refused = objects.refused};
  more.above = leave_out(objects, [&](const domain::NewRevision& each) { return each.tlp > peer.tlp_max; });
  const auto now = clock_.now();
  std::optional<TaxiiPeer> noted;
  PeerCounts counts;
  std::vector<Error> problems;
  const auto kept = database_.write([&](store::Connection& connection) -> Status {
    // The database may run it again.
    counts = more;
    problems = complaints;
    noted = peer;
    TaxiiPeers peers{connection};
    auto taken = objects;
    if (peer.trust == store::PeerTrust::own) {
      TRY(const auto elsewhere, peers.from_elsewhere(keys_of(taken), engine::taxii::source_of(peer)));
      TRY(const auto known, peers.revisions_of(elsewhere));
      counts.held = leave_out(
          taken, [&](const domain::NewRevision& each) { return std::ranges::binary_search(elsewhere, each.key); });
      // What says nothing new is no difference.
      const auto same = std::ranges::count_if(objects.revisions, [&](const domain::NewRevision& each) {
        return std::ranges::binary_search(elsewhere, each.key) && std::ranges::binary_search(known, each.sha512);
      });
      counts.held -= same;
      counts.unchanged += same;
    }
    TRY(const auto removed, settle(connection, taken, store::Again::no));
    ObjectCounts put;
    TRY_VOID(put_objects(connection, taken, 0, taken.revisions.size(), store::Again::no, engine::taxii::source_of(peer),
                         now, put, problems));
    counts.stored += put.stored();
    counts.unchanged += put.unchanged + put.removed + removed;
    counts.refused += put.refused;
    TRY_VOID(advance(peers, *noted, put.stored() > 0));
    const auto until = after(now, kLease);
    TRY(const auto rows, peers.note_page(*noted, counts, until));
    if (rows == 0) return Error::conflict("It was changed while it was read", kLeaseLost);
    noted->busy_until = until;
    return ok();
  });
  if (!kept) {
    if (kept.error().where != kLeaseLost) return kept.error();
    reading.failure = kept.error();
    return false;
  }
  peer = *std::move(noted);
  ++reading.pages;
  add(reading.counts, counts);
  for (auto& each : problems) {
    if (reading.problems.size() < kProblemsMax) reading.problems.push_back(std::move(each));
  }
  if (counts.stored > 0) {
    TRY_VOID(engine::search::index_all(database_));
    TRY_VOID(engine::threat::index_all(database_));
  }
  return true;
}

Status PeerPoller::release(TaxiiPeer peer, const PeerReading& reading, const TaxiiTrouble& trouble) {
  const auto now = clock_.now();
  if (!reading.fault.empty()) peer.fault = reading.fault;
  if (reading.failure) {
    ++peer.failures;
    peer.problem = problem_of(*reading.failure);
    peer.failed_at = now;
    microseconds wait = jittered(wait_after(peer.failures), kJitter);
    if (trouble.retry_after) wait = std::clamp<microseconds>(*trouble.retry_after, kFirstWait, kRetryAfterMost);
    peer.next_run_at = after(now, wait);
  } else {
    peer.failures = 0;
    peer.problem.clear();
    peer.succeeded_at = now;
    peer.next_run_at = reading.caught_up ? after(now, minutes{peer.every_minutes}) : now;
  }
  log::info("peer.read", {{"peer", peer.name},
                          {"pages", reading.pages},
                          {"stored", reading.counts.stored},
                          {"unchanged", reading.counts.unchanged},
                          {"refused", reading.counts.refused},
                          {"above", reading.counts.above},
                          {"held", reading.counts.held},
                          {"caught_up", reading.caught_up},
                          {"problem", peer.problem}});
  return database_.write([&](store::Connection& connection) -> Status {
    // Whoever changed it meanwhile knows better when it is due.
    TRY_VOID(TaxiiPeers{connection}.release(peer));
    return ok();
  });
}

Result<PeerPreview> PeerPoller::preview(const engine::Actor& actor, std::int64_t id) const {
  TRY_VOID(actor.require(domain::Permission::administer));
  TRY(auto peer, database_.read([&](store::Connection& connection) -> Result<TaxiiPeer> {
    TRY(auto found, TaxiiPeers{connection}.find(id));
    if (!found) return Error::not_found("peer");
    return *std::move(found);
  }));
  const auto place = place_of(peer);
  if (!place) return Error::invalid("The password or token was sealed by another key: give it again", "secret");
  PeerPreview preview;
  if (peer.kind == store::PeerKind::taxii) {
    TRY_VOID(preview_collection(peer, *place, preview));
  } else {
    TRY_VOID(preview_documents(peer, *place, preview));
  }
  return preview;
}

Status PeerPoller::preview_collection(const TaxiiPeer& peer, const TaxiiPlace& place, PeerPreview& preview) const {
  TRY(const auto options, options_of(peer));
  Paging paging{.position = {.page_limit = kPreviewLimit}};
  for (std::int64_t pages = 0; pages < kPreviewPages; ++pages) {
    auto question = question_of(paging);
    // Somebody waits for it.
    question.within = kPreviewWithin;
    TRY(const auto page, client_.page(place, question));
    TRY(auto made, prepared(peer, page, options));
    TRY_VOID(look_into(peer, std::move(made), page.objects, preview));
    const auto step = advance(paging, page, true);
    preview.more = step.then == Then::go_on;
    if (step.then != Then::go_on) break;
  }
  return ok();
}

Status PeerPoller::look_into(const TaxiiPeer& peer, Prepared made, std::size_t count, PeerPreview& preview) const {
  auto objects = *made.stix;
  preview.objects += static_cast<std::int64_t>(count);
  preview.refused += objects.refused;
  preview.lifted += objects.lifted;
  for (std::size_t i = 0; i < objects.revisions.size(); ++i) {
    const auto& each = objects.revisions[i];
    ++preview.types[each.key.substr(0, each.key.find("--"))];
    ++preview.tlp[each.tlp];
    if (!objects.tlp_defaulted[i]) continue;
    ++preview.unmarked;
    // No list names markings of others.
    if (!objects.times.empty()) continue;
    const auto body = json::parse(each.bytes);
    if (!body) continue;
    for (const auto& marking : json::array_at(body->root(), "object_marking_refs")) {
      if (!marking.is_string()) continue;
      const std::string id_of{marking.get_string()};
      if (preview.other_markings.contains(id_of) || preview.other_markings.size() < kOtherMarkingsMax) {
        ++preview.other_markings[id_of];
      }
    }
  }
  for (auto* list : {&made.problems, &made.warnings}) {
    for (auto& each : *list) {
      if (preview.problems.size() < kProblemsMax) preview.problems.push_back(std::move(each));
    }
  }
  preview.above += leave_out(objects, [&](const domain::NewRevision& each) { return each.tlp > peer.tlp_max; });
  const auto keys = keys_of(objects);
  TRY(const auto known,
      database_.read([&](store::Connection& connection) -> Result<std::pair<std::int64_t, std::int64_t>> {
        TaxiiPeers peers{connection};
        TRY(const auto elsewhere, peers.from_elsewhere(keys, engine::taxii::source_of(peer)));
        // Of no source whatever: whatever is here is from elsewhere.
        TRY(const auto here, peers.from_elsewhere(keys, ""));
        TRY(const auto revisions, peers.revisions_of(elsewhere));
        const auto held = std::ranges::count_if(objects.revisions, [&](const domain::NewRevision& each) {
          return std::ranges::binary_search(elsewhere, each.key) && !std::ranges::binary_search(revisions, each.sha512);
        });
        return std::pair{static_cast<std::int64_t>(held), static_cast<std::int64_t>(here.size())};
      }));
  if (peer.trust == store::PeerTrust::own) preview.held += known.first;
  preview.here += known.second;
  preview.fresh += static_cast<std::int64_t>(keys.size()) - known.second;
  return ok();
}

Result<std::vector<TaxiiCollection>> PeerPoller::look(const engine::Actor& actor, const TaxiiPlace& place) const {
  TRY_VOID(actor.require(domain::Permission::administer));
  return client_.look(place);
}

}  // namespace tocsin::exchange
