#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "exchange/fetch.hpp"

/// A client of TAXII 2.1 (OASIS Standard of 10 June 2021): what one question gets as answer. It takes what servers do
/// beside the letter of the standard, where its meaning is plain; how to go on is taxii_paging.hpp's to say.
namespace tocsin::exchange {

inline constexpr std::uint64_t kTaxiiBodyBytesMax = std::uint64_t{64} << 20;

/// Whom to ask, and as whom.
struct TaxiiPlace {
  std::string url = {};  ///< Ends in "/".
  FetchHeaders credentials = {};
};
/// What a person is told of an answer that is none; an error resource (section 3.6) says more.
Error refusal_of(const FetchAnswer& answer, bool of_taxii);
/// Authorization: Basic. For TaxiiPlace::credentials.
FetchHeaders basic_credentials(std::string_view account, std::string_view password);
FetchHeaders bearer_credentials(std::string_view token);

/// Section 5.4, "Get Objects".
struct TaxiiQuestion {
  std::string added_after = {}, next = {};  ///< Empty: not part of the question.
  std::int64_t limit = 1'000;
  std::chrono::seconds within{120};  ///< For the whole answer.
};
struct TaxiiPage {
  std::string body;  ///< The envelope, as it came.
  std::size_t objects = 0;
  bool more = false;
  std::string next = {};
  std::string last = {};    ///< X-TAXII-Date-Added-Last, where it is a time; else empty.
  std::string digest = {};  ///< Of the objects: equal for equal pages.
};

/// A collection, as a server tells of it (section 5.2).
struct TaxiiCollection {
  std::string root_title = {}, id = {}, title = {}, description = {}, url = {};
  bool can_read = false;
};

/// Why there is no page.
struct TaxiiTrouble {
  int status = 0;  ///< 0: no answer.
  std::optional<std::chrono::seconds> retry_after = {};
  bool slow = false;  ///< Fewer objects at once may help.
};

/// Any thread may call.
class TaxiiClient {
 public:
  using Get = std::function<Result<FetchAnswer>(std::string_view url, const FetchOptions& options)>;
  /// `get`: what asks; unless given, Fetch with these settings.
  explicit TaxiiClient(FetchSettings settings, Get get = {});

  /// Of a collection. Errors: those of Fetch; forbidden (401, 403); not_found (404); invalid_input for an answer that
  /// is no envelope, or was cut; unavailable for all else. `trouble`, unless nullptr, says more.
  Result<TaxiiPage> page(const TaxiiPlace& collection, const TaxiiQuestion& question,
                         TaxiiTrouble* trouble = nullptr) const;
  /// What asks.
  const Get& get() const noexcept { return get_; }
  /// What can be read at an address, whether it is a server's, its discovery's, an API root's or a collection's.
  /// Credentials go to the origin of the address only. Errors: as page.
  Result<std::vector<TaxiiCollection>> look(const TaxiiPlace& place) const;

 private:
  Result<FetchAnswer> ask(const std::string& url, const FetchHeaders& credentials, TaxiiTrouble* trouble,
                          std::chrono::seconds within = std::chrono::seconds{20}) const;
  Result<std::vector<TaxiiCollection>> look_at_root(const std::string& url, const std::string& title,
                                                    const FetchHeaders& credentials) const;

  Fetch fetch_;
  Get get_;
};

}  // namespace tocsin::exchange
