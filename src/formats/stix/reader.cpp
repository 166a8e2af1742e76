#include "formats/stix/reader.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "formats/stix/grammar.hpp"
#include "formats/stix/sixteen.hpp"

namespace tocsin::formats::stix {
namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

constexpr std::size_t kBlock = 64;

/// Which of 64 bytes a cutter has to look at.
struct Block {
  std::uint64_t quotes = 0, slashes = 0, opens = 0, closes = 0;

  explicit Block(const char* bytes) noexcept {
    constexpr unsigned char kCase = 0x20;  // What '{' has and '[' has not.
    for (std::size_t i = 0; i < kBlock; i += sizeof(Sixteen)) {
      const auto part = sixteen(bytes + i);
      const Sixteen folded = part | kCase;
      quotes |= std::uint64_t{bits_of(part == '"')} << i;
      slashes |= std::uint64_t{bits_of(part == '\\')} << i;
      opens |= std::uint64_t{bits_of(folded == '{')} << i;
      closes |= std::uint64_t{bits_of(folded == '}')} << i;
    }
  }
};

/// A bit is set where an odd number of bits up to it is.
constexpr std::uint64_t parity(std::uint64_t bits) noexcept {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

class Cutter {
 public:
  Cutter(std::string_view bytes, const ReadLimits& limits, const std::function<Status(const RawObject&)>& visit)
      : bytes_(bytes), limits_(limits), visit_(visit) {}

  /// What looks_like_stix answers.
  bool looks_well() noexcept {
    if (bytes_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    skip_blanks();
    if (at_ >= bytes_.size()) return false;
    if (bytes_[at_] == '[') {
      ++at_;
      skip_blanks();
      return at_ < bytes_.size() && bytes_[at_] == '{' && object_looks_well(false);
    }
    return bytes_[at_] == '{' && object_looks_well(true);
  }

  Result<Content> run() {
    if (bytes_.size() > limits_.bytes_max) return Error::too_large("STIX content", limits_.bytes_max);
    if (bytes_.starts_with("\xEF\xBB\xBF")) return wrong("a byte order mark stands before the content");
    skip_blanks();
    if (at_ == bytes_.size()) return wrong("there is no content");
    if (bytes_[at_] == '[') {
      content_.form = Form::list;
      TRY_VOID(list());
    } else {
      TRY_VOID(top());
    }
    skip_blanks();
    if (at_ < bytes_.size()) {
      if (content_.form != Form::lines) return wrong("something stands behind the end of the content");
    }
    content_.objects = index_;
    return std::move(content_);
  }

 private:
  Error wrong(std::string_view what) const { return Error::invalid(std::string{what}, fmt::format("byte {}", at_)); }

  void skip_blanks() noexcept {
    while (at_ < bytes_.size() && is_blank(bytes_[at_])) ++at_;
  }

  /// Behind the closing quote of the string that begins at `at_`.
  bool skip_string() noexcept {
    const char* const begin = bytes_.data() + at_ + 1;
    const char* const end = bytes_.data() + bytes_.size();
    for (const char* from = begin; from < end;) {
      const auto* quote = static_cast<const char*>(std::memchr(from, '"', static_cast<std::size_t>(end - from)));
      if (quote == nullptr) break;
      const char* slash = quote;
      while (slash > begin && slash[-1] == '\\') --slash;
      if ((quote - slash) % 2 == 0) {
        at_ = static_cast<std::size_t>(quote - bytes_.data()) + 1;
        return true;
      }
      from = quote + 1;
    }
    at_ = bytes_.size();
    return false;
  }

  /// Behind the value that begins at `at_`; what is in it is not judged.
  bool skip_value() noexcept {
    if (at_ >= bytes_.size()) return false;
    const char first = bytes_[at_];
    if (first == '"') return skip_string();
    if (first != '{' && first != '[') {
      const auto from = at_;
      while (at_ < bytes_.size() && !is_blank(bytes_[at_]) && bytes_[at_] != ',' && bytes_[at_] != ']' &&
             bytes_[at_] != '}') {
        ++at_;
      }
      return at_ > from;
    }
    return skip_container();
  }

  /// Behind the container that begins at `at_`, 64 bytes at once: most hold neither its end nor a backslash.
  bool skip_container() noexcept {
    std::size_t depth = 0;
    bool in_string = false, is_escaped = false;
    for (; at_ < bytes_.size(); at_ += kBlock) {
      std::array<char, kBlock> last;
      const char* from = bytes_.data() + at_;
      if (bytes_.size() - at_ < kBlock) {
        last.fill(' ');
        std::memcpy(last.data(), from, bytes_.size() - at_);
        from = last.data();
      }
      Block block{from};
      if (is_escaped || block.slashes != 0) block.quotes &= ~escaped(block.slashes, is_escaped);
      const auto within = parity(block.quotes) ^ (in_string ? ~std::uint64_t{0} : 0);
      in_string = within >> (kBlock - 1) != 0;
      block.opens &= ~within;
      block.closes &= ~within;
      const auto closing = static_cast<std::size_t>(std::popcount(block.closes));
      if (depth > closing) {
        depth += static_cast<std::size_t>(std::popcount(block.opens)) - closing;
        continue;
      }
      for (auto bits = block.opens | block.closes; bits != 0; bits &= bits - 1) {
        if ((block.opens & bits & (~bits + 1)) != 0) {
          ++depth;
        } else if (--depth == 0) {
          at_ += static_cast<std::size_t>(std::countr_zero(bits)) + 1;
          return true;
        }
      }
    }
    at_ = bytes_.size();
    return false;
  }

  /// What stands behind an odd number of backslashes. `is_escaped`: is the first byte; then, is the next block's?
  /// Backslashes outside of strings are taken like the others: with them it is no JSON, which others say.
  static std::uint64_t escaped(std::uint64_t slashes, bool& is_escaped) noexcept {
    std::uint64_t found = is_escaped ? 1 : 0;
    is_escaped = false;
    for (slashes &= ~found; slashes != 0;) {
      const auto slash = slashes & (~slashes + 1), behind = slash << 1;
      is_escaped = behind == 0;
      found |= behind;
      slashes &= ~(slash | behind);
    }
    return found;
  }

  /// At '{'.
  bool object_looks_well(bool may_wrap) noexcept {
    std::string_view type, id;
    bool has_version = false, has_created = false;
    ++at_;
    while (true) {
      skip_blanks();
      if (at_ >= bytes_.size() || bytes_[at_] != '"') break;
      const auto name_at = at_;
      if (!skip_string()) return false;
      const auto name = bytes_.substr(name_at + 1, at_ - name_at - 2);
      // That of a CSAF document may be long.
      if (name == "document") return false;
      skip_blanks();
      if (at_ >= bytes_.size() || bytes_[at_] != ':') return false;
      ++at_;
      skip_blanks();
      const auto value_at = at_;
      if (may_wrap && name == "objects" && at_ < bytes_.size() && bytes_[at_] == '[') {
        if (type == "bundle") return true;
        ++at_;
        skip_blanks();
        if (at_ < bytes_.size() && bytes_[at_] == '{') return object_looks_well(false);
        at_ = value_at;
      }
      if (!skip_value()) break;
      const auto value = bytes_.substr(value_at, at_ - value_at);
      if (value.size() >= 2 && value.front() == '"') {
        if (name == "type") type = value.substr(1, value.size() - 2);
        if (name == "id") id = value.substr(1, value.size() - 2);
      }
      has_version = has_version || (name == "spec_version" && (value == "\"2.1\"" || value == "\"2.0\""));
      has_created = has_created || name == "created" || name == "extensions";
      skip_blanks();
      if (at_ >= bytes_.size() || bytes_[at_] != ',') break;
      ++at_;
    }
    if (may_wrap && type == "bundle" && id.starts_with("bundle--")) return true;
    return names_an_object(type, id, has_version || has_created);
  }

  Status emit(std::size_t from, Form form) {
    if (index_ >= limits_.objects_max) return Error::too_large("number of STIX objects", limits_.objects_max);
    const auto bytes = bytes_.substr(from, at_ - from);
    if (bytes.size() > limits_.object_bytes_max) {
      return Error::too_large("STIX object", limits_.object_bytes_max, fmt::format("byte {}", from));
    }
    return visit_(RawObject{.bytes = bytes, .index = index_++, .offset = from, .form = form});
  }

  /// At '['.
  Status list() {
    ++at_;
    skip_blanks();
    if (at_ < bytes_.size() && bytes_[at_] == ']') {
      ++at_;
      return ok();
    }
    while (true) {
      skip_blanks();
      const auto from = at_;
      if (!skip_value()) return wrong("the list of objects does not end");
      TRY_VOID(emit(from, content_.form));
      skip_blanks();
      if (at_ >= bytes_.size()) return wrong("the list of objects does not end");
      const char c = bytes_[at_++];
      if (c == ']') return ok();
      if (c != ',') {
        --at_;
        return wrong("between two objects of a list stands no comma");
      }
    }
  }

  /// One object that may be a bundle or envelope; or several in a row.
  Status top() {
    const auto from = at_;
    if (bytes_[at_] != '{') return wrong("STIX content begins with { or [");
    const auto list_at = objects_member();
    at_ = from;
    if (list_at) return wrapped(*list_at);
    if (!skip_value()) return wrong("the object does not end");
    const auto behind = at_;
    skip_blanks();
    const bool is_alone = at_ == bytes_.size();
    content_.form = is_alone ? Form::object : Form::lines;
    at_ = behind;
    TRY_VOID(emit(from, content_.form));
    while (true) {
      skip_blanks();
      if (at_ == bytes_.size()) return ok();
      const auto next = at_;
      if (bytes_[at_] != '{') return wrong("behind an object something else than an object stands");
      if (!skip_value()) return wrong("the object does not end");
      TRY_VOID(emit(next, Form::lines));
    }
  }

  /// Where the list of the member "objects" begins, if the object at `at_` has one. Looks no further than that: members
  /// behind it are seen when they are reached.
  std::optional<std::size_t> objects_member() {
    ++at_;
    while (true) {
      skip_blanks();
      if (at_ >= bytes_.size() || bytes_[at_] != '"') return std::nullopt;
      const auto name_at = at_;
      if (!skip_string()) return std::nullopt;
      const auto name = bytes_.substr(name_at, at_ - name_at);
      skip_blanks();
      if (at_ >= bytes_.size() || bytes_[at_] != ':') return std::nullopt;
      ++at_;
      skip_blanks();
      if (name == "\"objects\"" && at_ < bytes_.size() && bytes_[at_] == '[') return at_;
      if (!skip_value()) return std::nullopt;
      skip_blanks();
      if (at_ >= bytes_.size() || bytes_[at_] != ',') return std::nullopt;
      ++at_;
    }
  }

  /// A bundle or an envelope; its list of objects begins at `list_at`.
  Status wrapped(std::size_t list_at) {
    const auto& bytes = bytes_;
    content_.header = "{";
    bool is_bundle = false;
    content_.form = Form::bundle;
    ++at_;
    while (true) {
      skip_blanks();
      const auto name_at = at_;
      if (at_ >= bytes.size() || bytes[at_] != '"' || !skip_string()) return wrong("a member's name is expected");
      const auto name = bytes.substr(name_at, at_ - name_at);
      skip_blanks();
      if (at_ >= bytes.size() || bytes[at_] != ':') return wrong("behind a member's name stands no colon");
      ++at_;
      skip_blanks();
      const auto value_at = at_;
      if (value_at == list_at) {
        TRY_VOID(list());
      } else {
        if (!skip_value()) return wrong("the content does not end");
        const auto value = bytes.substr(value_at, at_ - value_at);
        if (value.size() > limits_.object_bytes_max) return Error::too_large("bundle member", limits_.object_bytes_max);
        if (content_.header.size() + value.size() > limits_.object_bytes_max)
          return Error::too_large("bundle without its objects", limits_.object_bytes_max);
        if (content_.header.size() > 1) content_.header += ',';
        content_.header.append(name).append(":").append(value);
        is_bundle = is_bundle || (name == "\"type\"" && value == "\"bundle\"") || name == "\"id\"";
      }
      skip_blanks();
      if (at_ >= bytes.size()) return wrong("the content does not end");
      const char c = bytes[at_++];
      if (c == '}') break;
      if (c != ',') {
        --at_;
        return wrong("between two members stands no comma");
      }
    }
    content_.header += '}';
    if (!is_bundle) content_.form = Form::envelope;
    return ok();
  }

  std::string_view bytes_;
  const ReadLimits& limits_;
  const std::function<Status(const RawObject&)>& visit_;
  std::size_t at_ = 0, index_ = 0;
  Content content_;
};

}  // namespace

bool names_an_object(std::string_view type, std::string_view id, bool has_version) noexcept {
  return !type.empty() && id.size() > type.size() + 2 && id.starts_with(type) &&
         id.substr(type.size()).starts_with("--") && (has_version || type_of(type) != Type::custom);
}

bool looks_like_stix(std::string_view bytes) noexcept {
  static constexpr ReadLimits kNone;
  static const std::function<Status(const RawObject&)> kNobody;
  return Cutter{bytes, kNone, kNobody}.looks_well();
}

std::string_view to_string(Form form) noexcept {
  switch (form) {
    case Form::bundle:
      return "bundle";
    case Form::envelope:
      return "envelope";
    case Form::list:
      return "list";
    case Form::object:
      return "object";
    case Form::lines:
      break;
  }
  return "lines";
}

std::string RawObject::pointer() const {
  switch (form) {
    case Form::bundle:
    case Form::envelope:
      return fmt::format("/objects/{}", index);
    case Form::list:
    case Form::lines:
      return fmt::format("/{}", index);
    case Form::object:
      break;
  }
  return {};
}

Result<Content> read_objects(std::string_view bytes, const ReadLimits& limits,
                             const std::function<Status(const RawObject&)>& visit) {
  return Cutter{bytes, limits, visit}.run();
}

}  // namespace tocsin::formats::stix
