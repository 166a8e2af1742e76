#include "exchange/taxii_client.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "formats/stix/reader.hpp"

namespace tocsin::exchange {
namespace {

constexpr const char* kAccept = "application/taxii+json;version=2.1";
constexpr std::size_t kNextBytesMax = 4'000, kRootsMax = 50, kCollectionsMax = 1'000;
constexpr std::uint64_t kListBytesMax = std::uint64_t{4} << 20;

/// RFC 3986 section 2.3; everything else is encoded.
std::string encoded(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string origin_of(std::string_view url) {
  const auto host = url.find("//");
  if (host == std::string_view::npos) return {};
  return text::lower_ascii(url.substr(0, std::min(url.find('/', host + 2), url.size())));
}

/// Section 4.1: API roots may be given relative to where they stand.
std::string resolved(std::string_view found, std::string_view beside) {
  auto url =
      found.starts_with('/') && !found.starts_with("//") ? origin_of(beside) + std::string{found} : std::string{found};
  if (!url.ends_with('/')) url += '/';
  return url;
}

/// Some servers say application/json; a page for people is none of ours.
bool is_taxii(std::string_view content_type) {
  const auto type = text::lower_ascii(text::trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/taxii+json" || type == "application/json" || type == "application/stix+json" ||
         type == "application/vnd.oasis.taxii+json" || type == "application/vnd.oasis.stix+json";
}

Error no_envelope(std::string_view why) {
  return Error::invalid(fmt::format("The server's answer is no envelope of TAXII: {}", why));
}

bool is_true(const boost::json::value& json, std::string_view name) {
  const auto* found = json::find(json, name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

}  // namespace

Error refusal_of(const FetchAnswer& answer, bool of_taxii) {
  // Section 3.6: an error resource says more.
  std::string said;
  if (const auto body = json::parse(answer.body)) {
    const auto title = json::string_at(body->root(), "title"),
               description = json::string_at(body->root(), "description");
    said = text::shorten(text::squeeze(description.empty() ? title : description), 200);
  }
  const auto with = [&](std::string_view what) {
    return said.empty() ? std::string{what} : fmt::format("{}: {}", what, said);
  };
  switch (answer.status) {
    case 401:
      return Error::forbidden(with("The server wants other credentials"));
    case 403:
      return Error::forbidden(with("The server does not let us read this"));
    case 404:
      return Error::not_found(with("what the address names"));
    case 406:
    case 415:
      if (!of_taxii) break;
      return Error::unavailable(with("The server does not speak TAXII 2.1"));
    case 429:
      return Error::unavailable(with("The server wants to be asked less often"));
    default:
      break;
  }
  return Error::unavailable(with(fmt::format("The server answers {}", answer.status)));
}

FetchHeaders basic_credentials(std::string_view account, std::string_view password) {
  return {{"Authorization", "Basic " + base64_encode(fmt::format("{}:{}", account, password))}};
}
FetchHeaders bearer_credentials(std::string_view token) { return {{"Authorization", fmt::format("Bearer {}", token)}}; }

TaxiiClient::TaxiiClient(FetchSettings settings, Get get) : fetch_(std::move(settings)), get_(std::move(get)) {
  if (!get_) {
    get_ = [this](std::string_view url, const FetchOptions& options) { return fetch_.get(url, options); };
  }
}

Result<FetchAnswer> TaxiiClient::ask(const std::string& url, const FetchHeaders& credentials, TaxiiTrouble* trouble,
                                     std::chrono::seconds within) const {
  FetchOptions options{.headers = {{"Accept", kAccept}},
                       .body_bytes_max = kTaxiiBodyBytesMax,
                       .total_timeout = within,
                       .redirects_max = 3};
  options.headers.insert(options.headers.end(), credentials.begin(), credentials.end());
  auto answer = get_(url, options);
  TaxiiTrouble seen;
  if (!answer) {
    seen.slow = answer.error().code == Error::Code::timeout || answer.error().code == Error::Code::too_large;
  } else {
    seen.status = answer->status;
    seen.retry_after = answer->retry_after();
    seen.slow = answer->status == 504 || answer->status == 502;
  }
  if (trouble != nullptr) *trouble = seen;
  if (!answer) return answer.error();
  // 206 was a page that is not the last one in TAXII 2.0.
  if (answer->status != 200 && answer->status != 206) return refusal_of(*answer, true);
  if (!is_taxii(answer->header("content-type"))) {
    return Error::invalid(fmt::format("The server answers with '{}' where TAXII is wanted",
                                      text::shorten(text::squeeze(answer->header("content-type")), 80)));
  }
  return *std::move(answer);
}

Result<TaxiiPage> TaxiiClient::page(const TaxiiPlace& collection, const TaxiiQuestion& question,
                                    TaxiiTrouble* trouble) const {
  auto url = fmt::format("{}objects/?limit={}", collection.url, question.limit);
  // Version by version: what was changed twice between two readings is told twice.
  url += "&match%5Bversion%5D=all";
  if (!question.added_after.empty()) url += "&added_after=" + encoded(question.added_after);
  if (!question.next.empty()) url += "&next=" + encoded(question.next);
  TRY(auto answer, ask(url, collection.credentials, trouble, question.within));
  TaxiiPage page;
  // An empty envelope is an answer; no bytes at all are what some servers send for it.
  if (text::trim(answer.body).empty()) answer.body = "{}";
  std::string all;
  const auto content = formats::stix::read_objects(answer.body, {.bytes_max = kTaxiiBodyBytesMax},
                                                   [&](const formats::stix::RawObject& object) {
                                                     ++page.objects;
                                                     all += sha512_hex(object.bytes);
                                                     return ok();
                                                   });
  if (!content) return no_envelope(content.error().to_string());
  if (content->form == formats::stix::Form::envelope || content->form == formats::stix::Form::bundle) {
    TRY(const auto header, json::parse(content->header.empty() ? "{}" : content->header));
    page.more = is_true(header.root(), "more");
    page.next = json::string_at(header.root(), "next");
    if (page.next.size() > kNextBytesMax) return no_envelope("its 'next' is longer than any");
  } else if (page.objects == 1 && content->form == formats::stix::Form::object) {
    TRY(const auto root, json::parse(answer.body));
    // An envelope without objects reads as one object.
    if (json::find(root.root(), "id") == nullptr) {
      page.objects = 0;
      page.more = is_true(root.root(), "more");
      page.next = json::string_at(root.root(), "next");
    }
  }
  if (answer.status == 206) page.more = page.more || page.next.empty();
  if (page.objects > 0) page.digest = sha512_hex(all);
  const auto last = std::string{answer.header("x-taxii-date-added-last")};
  if (parse_rfc3339(last)) page.last = last;
  page.body = std::move(answer.body);
  return page;
}

Result<std::vector<TaxiiCollection>> TaxiiClient::look_at_root(const std::string& url, const std::string& title,
                                                               const FetchHeaders& credentials) const {
  TRY(const auto answer, ask(url + "collections/", credentials, nullptr));
  TRY(const auto body, json::parse(answer.body, {.bytes_max = kListBytesMax}));
  std::vector<TaxiiCollection> out;
  const auto* list = json::find(body.root(), "collections");
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& each : list->get_array()) {
    const std::string id{json::string_at(each, "id")};
    if (id.empty() || out.size() == kCollectionsMax) continue;
    out.push_back({.root_title = title,
                   .id = id,
                   .title = std::string{json::string_at(each, "title")},
                   .description = std::string{json::string_at(each, "description")},
                   .url = fmt::format("{}collections/{}/", url, encoded(id)),
                   .can_read = is_true(each, "can_read")});
  }
  return out;
}

Result<std::vector<TaxiiCollection>> TaxiiClient::look(const TaxiiPlace& place) const {
  TaxiiTrouble trouble;
  auto answer = ask(place.url, place.credentials, &trouble);
  // Of a server's bare address: discovery has its fixed place (section 4.1).
  const auto discovery = origin_of(place.url) + "/taxii2/";
  if (!answer && place.url != discovery && (trouble.status == 404 || trouble.status == 200)) {
    answer = ask(discovery, place.credentials, &trouble);
  }
  if (!answer) return answer.error();
  TRY(const auto body, json::parse(answer->body, {.bytes_max = kListBytesMax}));
  const auto& root = body.root();
  if (json::find(root, "can_read") != nullptr) {
    return std::vector<TaxiiCollection>{{.root_title = {},
                                         .id = std::string{json::string_at(root, "id")},
                                         .title = std::string{json::string_at(root, "title")},
                                         .description = std::string{json::string_at(root, "description")},
                                         .url = place.url,
                                         .can_read = is_true(root, "can_read")}};
  }
  const auto* roots = json::find(root, "api_roots");
  if (roots == nullptr || !roots->is_array()) {
    return look_at_root(place.url, std::string{json::string_at(root, "title")}, place.credentials);
  }
  std::vector<TaxiiCollection> out;
  std::optional<Error> refused;
  std::size_t seen = 0;
  for (const auto& each : roots->get_array()) {
    if (!each.is_string() || ++seen > kRootsMax) continue;
    const auto url = resolved(each.get_string(), answer->url.empty() ? place.url : answer->url);
    const auto credentials = origin_of(url) == origin_of(place.url) ? place.credentials : FetchHeaders{};
    std::string title = url;
    if (const auto described = ask(url, credentials, nullptr)) {
      if (const auto json = json::parse(described->body)) title = json::string_at(json->root(), "title");
    }
    auto found = look_at_root(url, title, credentials);
    if (found) {
      std::ranges::move(*found, std::back_inserter(out));
    } else if (!refused) {
      refused = found.error();
    }
  }
  if (out.empty() && refused) return *std::move(refused);
  return out;
}

}  // namespace tocsin::exchange
