#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// Finished answers for equal viewers, valid for one generation of the data. Bounded by bytes; least recently used goes
/// first. Sharded; any thread.
namespace tocsin::portal::http {

struct CachedAnswer {
  std::string head;  ///< Status line and headers, without those that differ per request (Date, X-Request-Id).
  /// Offset in `head` of the headers that a 304 has too; before it stand the status line and what describes the body.
  std::size_t shared_at = 0;
  std::shared_ptr<const std::string> body;
  std::string etag;
  int status = 200;
};

class AnswerCache {
 public:
  explicit AnswerCache(std::size_t bytes_max);
  ~AnswerCache();
  /// nullptr where absent or of another generation.
  std::shared_ptr<const CachedAnswer> find(std::string_view key, std::int64_t generation);
  void put(std::string_view key, std::int64_t generation, std::shared_ptr<const CachedAnswer> answer);
  std::size_t bytes() const noexcept;
  std::uint64_t hits() const noexcept;
  std::uint64_t misses() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::portal::http
