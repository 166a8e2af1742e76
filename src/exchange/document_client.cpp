#include "exchange/document_client.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tocsin::exchange {
namespace {

constexpr int kOk = 200, kNotModified = 304;

/// Empty where it could not stand in a header of ours.
std::string validator(std::string_view value) {
  const bool clean =
      value.size() <= kValidatorBytesMax && std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7F; });
  return clean ? std::string{value} : std::string{};
}

}  // namespace

Result<Document> get_document(const TaxiiClient::Get& get, const TaxiiPlace& place, const DocumentQuestion& question,
                              TaxiiTrouble* trouble) {
  FetchOptions options{.headers = {{"Accept", question.accept}},
                       .body_bytes_max = kTaxiiBodyBytesMax,
                       .total_timeout = question.within,
                       .redirects_max = 3};
  if (!question.etag.empty()) options.headers.emplace_back("If-None-Match", question.etag);
  // Where both are known, servers go by the first.
  if (!question.last_modified.empty()) options.headers.emplace_back("If-Modified-Since", question.last_modified);
  options.headers.insert(options.headers.end(), place.credentials.begin(), place.credentials.end());
  auto answer = get(place.url, options);
  TaxiiTrouble seen;
  if (answer) {
    seen.status = answer->status;
    seen.retry_after = answer->retry_after();
  }
  if (trouble != nullptr) *trouble = seen;
  if (!answer) return answer.error();
  const bool asked_for_change = !question.etag.empty() || !question.last_modified.empty();
  if (answer->status == kNotModified && asked_for_change) return Document{.unchanged = true};
  if (answer->status != kOk) return refusal_of(*answer, false);
  return Document{.body = std::move(answer->body),
                  .etag = validator(answer->header("etag")),
                  .last_modified = validator(answer->header("last-modified"))};
}

}  // namespace tocsin::exchange
