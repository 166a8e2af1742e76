#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "exchange/document_client.hpp"
#include "exchange/peer_poller.hpp"
#include "exchange/prepare_list.hpp"
#include "exchange/prepare_misp.hpp"
#include "exchange/prepare_news.hpp"
#include "exchange/putting.hpp"
#include "exchange/trying.hpp"
#include "formats/misp/feed.hpp"
#include "formats/recognise.hpp"
#include "formats/threat_list/list.hpp"

/// Peers that are no collections of TAXII: one document, or a feed of MISP with one for each event.
namespace tocsin::exchange {
namespace {

namespace misp = formats::misp;
using std::chrono::hours;
using std::chrono::seconds;
using store::PeerEvent;
using store::PeerKind;
using store::TaxiiPeer;
using store::TaxiiPeers;

/// Objects in one transaction: others shall get their turn to write in between.
constexpr std::size_t kObjectsAtOnce = 1'000;
/// Events in a row that the server does not give: the next ones would fare no better.
constexpr int kFailuresInARow = 3;
constexpr std::size_t kPreviewEvents = 3;
constexpr seconds kPreviewWithin{20};
constexpr int kGone = 410;

constexpr const char* kAcceptNews = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5";
constexpr const char* kAcceptJson = "application/json, */*;q=0.5";
constexpr const char* kAcceptList = "text/csv, text/plain, */*;q=0.5";

/// Begins anew where it never came to an end, and after the days that people set.
void begin(store::PeerPosition& position, std::int64_t all_every_days, Timestamp now) {
  if (position.reading_all_since) return;
  const bool all_again =
      all_every_days > 0 && position.read_all_at && after(*position.read_all_at, hours{24} * all_every_days) <= now;
  if (position.read_all_at && !all_again) return;
  position.reading_all_since = now;
  position.etag.clear();
  position.last_modified.clear();
}

void end(store::PeerPosition& position, const Document& document) {
  position.etag = document.etag;
  position.last_modified = document.last_modified;
  if (!position.reading_all_since) return;
  position.read_all_at = position.reading_all_since;
  position.reading_all_since.reset();
}

DocumentQuestion question_of(const TaxiiPeer& peer) {
  return {.etag = peer.position.etag,
          .last_modified = peer.position.last_modified,
          .accept = peer.kind == PeerKind::news   ? kAcceptNews
                    : peer.kind == PeerKind::list ? kAcceptList
                                                  : kAcceptJson};
}

/// Errors: invalid_input where it is not what the peer is said to tell.
Result<Prepared> prepared(const TaxiiPeer& peer, const std::string& body, const ImportOptions& options) {
  const auto name = engine::taxii::source_of(peer);
  if (peer.kind == PeerKind::list) {
    auto made = prepare_list(name, {.id = name, .title = peer.name}, body, options);
    if (!made.stix) return made.problems.front();
    // A page for people has lines, too. A list that became empty is one.
    if (made.stix->refused > 0 && !formats::threat_list::looks_like_list(body)) {
      return Error::invalid("The answer is no list of indicators: hardly a line of it is an address, name or hash");
    }
    return made;
  }
  if (peer.kind == PeerKind::news && formats::recognise_xml(body) != formats::DocumentKind::news_feed) {
    return Error::invalid("The answer is no feed of news: neither Atom nor RSS");
  }
  auto made = peer.kind == PeerKind::news ? prepare_news(name, body, options) : prepare_misp(name, body, options);
  if (made.stix) return made;
  return made.problems.empty() ? Error::invalid("The answer holds nothing that can be read") : made.problems.front();
}

TaxiiPlace beside(const TaxiiPlace& feed, std::string_view file) {
  return {.url = feed.url + std::string{file}, .credentials = feed.credentials};
}

/// The server answers, and there is nothing to be had: asking again does not help.
bool is_of_the_event(const Error& error, const TaxiiTrouble& trouble) {
  return error.code == Error::Code::not_found || error.code == Error::Code::invalid_input ||
         error.code == Error::Code::too_large || trouble.status == kGone;
}

}  // namespace

Result<bool> PeerPoller::keep_all(TaxiiPeer& peer, const Prepared& made, const Advance& finish, PeerReading& reading,
                                  const std::function<bool(const PeerReading&)>& page) {
  const auto& objects = *made.stix;
  const auto all = objects.revisions.size();
  for (std::size_t at = 0;;) {
    const auto behind = std::min(at + kObjectsAtOnce, all);
    auto part = part_of(objects, at, behind);
    if (at == 0) part.refused = objects.refused;
    const bool is_last = behind == all;
    const auto advance = [&](TaxiiPeers& peers, TaxiiPeer& noted, bool brought_new) -> Status {
      return is_last ? finish(peers, noted, brought_new) : ok();
    };
    TRY(const auto kept, keep(peer, part, at == 0 ? made.problems : std::vector<Error>{}, advance, reading));
    if (!kept) return false;
    if (is_last) return true;
    at = behind;
    // What was kept is found unchanged the next time, so a list is not cut to turns.
    (void)page(reading);
    if (stopping_) return false;
  }
}

Result<PeerReading> PeerPoller::read_document(TaxiiPeer peer, const TaxiiPlace& place,
                                              const std::function<bool(const PeerReading&)>& page) {
  PeerReading reading;
  TaxiiTrouble trouble;
  begin(peer.position, peer.all_every_days, clock_.now());
  const auto document = get_document(client_.get(), place, question_of(peer), &trouble);
  if (!document) {
    reading.failure = document.error();
  } else if (document->unchanged) {
    reading.caught_up = true;
  } else {
    TRY(const auto options, options_of(peer));
    const auto made = prepared(peer, document->body, options);
    if (!made) {
      reading.failure = made.error();
    } else {
      const auto finish = [&](TaxiiPeers&, TaxiiPeer& noted, bool) -> Status {
        end(noted.position, *document);
        return ok();
      };
      TRY(const auto kept, keep_all(peer, *made, finish, reading, page));
      if (!kept) {
        // Unless somebody changed it, it goes on at the next start.
        if (!reading.failure) TRY_VOID(release(peer, reading, trouble));
        return reading;
      }
      reading.caught_up = true;
      (void)page(reading);
    }
  }
  TRY_VOID(release(peer, reading, trouble));
  return reading;
}

Result<PeerReading> PeerPoller::read_feed(TaxiiPeer peer, const TaxiiPlace& place,
                                          const std::function<bool(const PeerReading&)>& page) {
  PeerReading reading;
  TaxiiTrouble trouble;
  const auto released = [&]() -> Result<PeerReading> {
    TRY_VOID(release(peer, reading, trouble));
    return reading;
  };
  begin(peer.position, peer.all_every_days, clock_.now());
  const auto manifest = get_document(client_.get(), beside(place, "manifest.json"), question_of(peer), &trouble);
  if (!manifest || manifest->unchanged) {
    if (!manifest) reading.failure = manifest.error();
    reading.caught_up = manifest.has_value();
    return released();
  }
  const auto events = misp::read_manifest(manifest->body);
  if (!events) {
    reading.failure = events.error();
    return released();
  }
  TRY(const auto read,
      database_.read([&](store::Connection& connection) { return TaxiiPeers{connection}.events(peer.id); }));
  std::map<std::string_view, const PeerEvent*> known;
  for (const auto& each : read) known.emplace(each.uuid, &each);
  TRY(const auto options, options_of(peer));
  int failures = 0;
  for (const auto& event : *events) {
    const auto found = known.find(event.uuid);
    if (found != known.end() && found->second->told_at == event.timestamp &&
        found->second->read_at >= peer.position.reading_all_since.value_or(Timestamp{})) {
      continue;
    }
    const auto document =
        get_document(client_.get(), beside(place, event.uuid + ".json"), {.accept = kAcceptJson}, &trouble);
    auto made = document ? prepared(peer, document->body, options) : Result<Prepared>{document.error()};
    if (!made && !is_of_the_event(made.error(), trouble)) {
      reading.failure = made.error();
      // Others may be had; this one is tried again.
      if (++failures == kFailuresInARow || trouble.retry_after) return released();
      continue;
    }
    failures = 0;
    if (!made) {
      auto error = made.error();
      error.where = event.uuid;
      Prepared nothing;
      auto objects = std::make_shared<PreparedObjects>();
      objects->refused = 1;
      nothing.stix = std::move(objects);
      nothing.problems.push_back(std::move(error));
      made = std::move(nothing);
    }
    const auto finish = [&](TaxiiPeers& peers, TaxiiPeer& noted, bool) -> Status {
      return peers.note_event(noted.id, {.uuid = event.uuid, .told_at = event.timestamp, .read_at = clock_.now()});
    };
    TRY(const auto kept, keep_all(peer, *made, finish, reading, page));
    if (!kept) return reading.failure ? Result<PeerReading>{reading} : released();
    if (!page(reading)) return released();
  }
  if (!reading.failure) {
    end(peer.position, *manifest);
    reading.caught_up = true;
  }
  return released();
}

Status PeerPoller::preview_documents(const TaxiiPeer& peer, const TaxiiPlace& place, PeerPreview& preview) const {
  TRY(const auto options, options_of(peer));
  // Whatever was read before, and somebody waits for it.
  auto question = question_of(peer);
  question.etag.clear();
  question.last_modified.clear();
  question.within = kPreviewWithin;
  const auto look = [&](const std::string& body) -> Status {
    TRY(auto made, prepared(peer, body, options));
    const auto objects = made.stix->revisions.size() + static_cast<std::size_t>(made.stix->refused);
    return look_into(peer, std::move(made), objects, preview);
  };
  if (peer.kind != PeerKind::misp) {
    TRY(const auto document, get_document(client_.get(), place, question));
    return look(document.body);
  }
  TRY(const auto manifest, get_document(client_.get(), beside(place, "manifest.json"), question));
  TRY(auto events, misp::read_manifest(manifest.body));
  preview.more = events.size() > kPreviewEvents;
  // What changed last says most of what will come.
  std::ranges::reverse(events);
  events.resize(std::min(events.size(), kPreviewEvents));
  for (const auto& each : events) {
    const auto document = get_document(client_.get(), beside(place, each.uuid + ".json"), question);
    const auto looked = document ? look(document->body) : Status{document.error()};
    if (looked) continue;
    ++preview.objects;
    ++preview.refused;
    auto error = looked.error();
    error.where = each.uuid;
    preview.problems.push_back(std::move(error));
  }
  return ok();
}

}  // namespace tocsin::exchange
