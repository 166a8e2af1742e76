#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "exchange/taxii_client.hpp"

/// One document of others over HTTP, asked for only if it changed (RFC 9110, sections 8.8 and 13).
namespace tocsin::exchange {

/// Longer ones are not kept, and not asked by.
inline constexpr std::size_t kValidatorBytesMax = 1'000;

struct DocumentQuestion {
  std::string etag = {}, last_modified = {};  ///< As they were answered before; empty: whatever there is.
  const char* accept = "*/*";
  std::chrono::seconds within{120};  ///< For the whole answer.
};
struct Document {
  bool unchanged = false;  ///< 304: there is no body.
  std::string body = {}, etag = {}, last_modified = {};
};

/// Errors: those of Fetch; forbidden (401, 403); not_found (404); unavailable for all else. `trouble`, unless nullptr,
/// says more.
Result<Document> get_document(const TaxiiClient::Get& get, const TaxiiPlace& place, const DocumentQuestion& question,
                              TaxiiTrouble* trouble = nullptr);

}  // namespace tocsin::exchange
