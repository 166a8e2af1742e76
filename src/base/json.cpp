#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/text.hpp"

namespace tocsin::json {
namespace {

using boost::json::error_code;
using boost::json::string_view;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// What every handler for basic_parser has to say about sizes: the limit on bytes holds for all of them.
struct HandlerSizes {
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();
};

/// Builds the document. Unlike Boost's own handler it reads doubles exactly (1.81 may be off in the last digit),
/// refuses infinity and counts members, which shows whether a key was repeated.
class Builder : public HandlerSizes {
 public:
  explicit Builder(boost::json::storage_ptr values) : stack_({}, first_, sizeof first_) {
    stack_.reset(std::move(values));
  }
  boost::json::value release() { return stack_.release(); }
  std::size_t members() const noexcept { return members_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t n, error_code&) {
    members_ += n;
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, string_view, error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double rough, string_view digits, error_code& ec) {
    // The text came in one piece, so `digits` is the whole number.
    double number = rough;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    // Out of range is also what is too small for a double: there the rough value, about zero, is near enough.
    if (read.ec != std::errc{} && !(std::abs(rough) < 1)) {
      ec = make_error_code(boost::json::error::exponent_overflow);
      return false;
    }
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  alignas(boost::json::value) unsigned char first_[4096];  // Spares small documents an allocation.
  boost::json::value_stack stack_;
  std::size_t members_ = 0;
};

/// Second look at a text that is well-formed but repeats a key: finds the first repetition. Rare, so it may be slow.
class RepetitionFinder : public HandlerSizes {
 public:
  /// Pointer of the member that comes a second time, or empty.
  const std::string& pointer() const noexcept { return pointer_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) { return open(); }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code& ec) {
    key_.append(part.data(), part.size());
    auto& level = levels_.back();
    level.key = std::exchange(key_, {});
    if (level.keys.insert(*level.key).second) return true;
    for (const auto& each : levels_) {
      pointer_ = each.key ? pointer_append(pointer_, *each.key) : pointer_append(pointer_, each.elements);
    }
    ec = make_error_code(boost::json::error::syntax);
    return false;
  }
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return scalar(); }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return scalar(); }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return scalar(); }
  bool on_double(double, string_view, error_code&) { return scalar(); }
  bool on_bool(bool, error_code&) { return scalar(); }
  bool on_null(error_code&) { return scalar(); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  struct Level {
    std::optional<std::string> key;  // Of an object: the member being read.
    HashSet<std::string> keys;
    std::size_t elements = 0;  // Of an array: elements read before this one.
  };
  bool open() {
    levels_.emplace_back();
    return true;
  }
  bool close() {
    levels_.pop_back();
    return scalar();
  }
  bool scalar() {
    if (!levels_.empty()) ++levels_.back().elements;
    return true;
  }

  std::vector<Level> levels_;
  std::string key_;
  std::string pointer_;
};

/// Members of all objects below; no deeper than the parser let the document nest.
std::size_t count_members(const boost::json::value& value) noexcept {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) {
      if (member.value().is_structured()) count += count_members(member.value());
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) {
      if (element.is_structured()) count += count_members(element);
    }
  }
  return count;
}

std::string line_and_column(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, std::min(at, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_begin = before.rfind('\n');
  const auto column = line_begin == std::string_view::npos ? before.size() + 1 : before.size() - line_begin;
  return fmt::format("{}:{}", line, column);
}

constexpr const char* kHalfPair = "half a surrogate pair: \\uD800 to \\uDFFF come in pairs only";

/// What follows "\ud83d" other than a backslash is just another syntax error to the parser.
bool ends_in_leading_surrogate(std::string_view text) noexcept {
  constexpr std::size_t kEscape = 6;
  if (text.size() < kEscape) return false;
  const auto escape = text::lower_ascii(text.substr(text.size() - kEscape));
  return escape.starts_with("\\ud") && (escape[3] == '8' || escape[3] == '9' || escape[3] == 'a' || escape[3] == 'b');
}

Error syntax_error(std::string_view text, std::size_t at, const error_code& ec, const Limits& limits) {
  // Ill-formed UTF-8 is reported by the parser as just another syntax error, sometimes a few bytes late.
  const auto ill_formed = text::invalid_utf8_at(text.substr(0, std::min(text.size(), at + 4)));
  if (ec == boost::json::error::syntax && ill_formed != std::string_view::npos && ill_formed <= at &&
      text::utf8_length_at(text, ill_formed) == 0) {
    return Error::invalid("the text is not well-formed UTF-8 here", line_and_column(text, ill_formed));
  }
  std::string message;
  switch (static_cast<boost::json::error>(ec.value())) {
    case boost::json::error::incomplete:
      message = "the JSON text ends too early";
      break;
    case boost::json::error::extra_data:
      message = "more text follows after the end of the JSON value";
      break;
    case boost::json::error::exponent_overflow:
      message = "the number is too large for a double";
      break;
    case boost::json::error::too_deep:
      message = fmt::format("arrays and objects are nested deeper than {} levels", limits.depth_max);
      break;
    case boost::json::error::illegal_leading_surrogate:
    case boost::json::error::illegal_trailing_surrogate:
    case boost::json::error::expected_utf16_escape:
      message = kHalfPair;
      break;
    case boost::json::error::expected_hex_digit:
      message = "\\u is followed by four hexadecimal digits";
      break;
    default:
      message = ends_in_leading_surrogate(text.substr(0, at)) ? kHalfPair : "this is not JSON (RFC 8259)";
      break;
  }
  return Error::invalid(std::move(message), line_and_column(text, at));
}

// What may stand in a JSON string as it is: printable ASCII but for quote and backslash.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void write_escape(std::string& out, unsigned code) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", code); }

/// Writes the character at `at`, which is not plain, and returns its length in bytes.
std::size_t write_special(std::string& out, std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  switch (byte) {
    case '"':
      out += "\\\"";
      return 1;
    case '\\':
      out += "\\\\";
      return 1;
    case '\n':
      out += "\\n";
      return 1;
    case '\r':
      out += "\\r";
      return 1;
    case '\t':
      out += "\\t";
      return 1;
    case '\b':
      out += "\\b";
      return 1;
    case '\f':
      out += "\\f";
      return 1;
    default:
      break;
  }
  if (byte < 0x80) {
    write_escape(out, byte);
    return 1;
  }
  const auto length = text::utf8_length_at(text, at);
  if (length == 0) {
    out += "\xef\xbf\xbd";
    return 1;
  }
  const auto sequence = text.substr(at, length);
  const auto second = static_cast<unsigned char>(sequence[1]);
  if (byte == 0xC2 && second < 0xA0) {
    // C1 controls: terminals obey some of them.
    write_escape(out, second);
  } else if (sequence == "\xe2\x80\xa8" || sequence == "\xe2\x80\xa9") {
    // Line ends in JavaScript, and for some log readers.
    out += sequence.back() == '\xa8' ? "\\u2028" : "\\u2029";
  } else {
    out += sequence;
  }
  return length;
}

void write_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  // Fixed notation where people use it, at most 17 digits before the point and a few zeros behind it.
  std::array<char, 64> text{};
  const auto size = std::abs(number);
  const auto format =
      size == 0 || (size >= 1e-6 && size < 1e17) ? std::chars_format::fixed : std::chars_format::scientific;
  const auto* const end = std::to_chars(text.data(), text.data() + text.size(), number, format).ptr;
  const std::string_view digits{text.data(), static_cast<std::size_t>(end - text.data())};
  out += digits;
  if (format == std::chars_format::fixed && digits.find('.') == std::string_view::npos) out += ".0";
}

void write_scalar(std::string& out, const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out += "null";
      return;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::int64: {
      const fmt::format_int digits{value.get_int64()};
      out.append(digits.data(), digits.size());
      return;
    }
    case boost::json::kind::uint64: {
      const fmt::format_int digits{value.get_uint64()};
      out.append(digits.data(), digits.size());
      return;
    }
    case boost::json::kind::double_:
      write_double(out, value.get_double());
      return;
    case boost::json::kind::string:
      write_string(out, {value.get_string().data(), value.get_string().size()});
      return;
    case boost::json::kind::array:
    case boost::json::kind::object:
      break;
  }
}

void write_pretty(std::string& out, const boost::json::value& value, std::size_t indent) {
  const auto new_line = [&out](std::size_t blanks) { out.append("\n").append(blanks, ' '); };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    char before = '{';
    for (const auto& member : *object) {
      out += std::exchange(before, ',');
      new_line(indent + 2);
      write_string(out, {member.key().data(), member.key().size()});
      out += ": ";
      write_pretty(out, member.value(), indent + 2);
    }
    new_line(indent);
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    char before = '[';
    for (const auto& element : *array) {
      out += std::exchange(before, ',');
      new_line(indent + 2);
      write_pretty(out, element, indent + 2);
    }
    new_line(indent);
    out += ']';
  } else {
    write(out, value);
  }
}

}  // namespace

Result<Parsed> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes_max) return Error::too_large("the JSON text", limits.bytes_max);
  if (text.starts_with(kByteOrderMark)) {
    return Error::invalid(
        "the text starts with a byte order mark (EF BB BF), which JSON does not allow: save it as "
        "UTF-8 without BOM",
        "1:1");
  }
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return Error::invalid("the text is UTF-16, but JSON is exchanged in UTF-8 (RFC 8259 section 8.1)", "1:1");
  }
  Parsed parsed;
  // A document needs one to two times its text as values; the arena grows by itself where this is too little.
  parsed.arena_ = std::make_unique<boost::json::monotonic_resource>(
      std::clamp<std::size_t>(text.size(), 1024, std::size_t{4} << 20));
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::json::basic_parser<Builder> parser(options, boost::json::storage_ptr{parsed.arena_.get()});
  error_code ec;
  auto end = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && end < text.size()) ec = make_error_code(boost::json::error::extra_data);
  if (ec) return syntax_error(text, end, ec, limits);
  parsed.root_ = std::make_unique<boost::json::value>(parser.handler().release());
  // Of two members with one name Boost keeps the later one, and readers differ on which counts: whoever could choose
  // would show one document to the checks and another to the reader. A missing member betrays the repetition.
  if (count_members(*parsed.root_) != parser.handler().members()) {
    boost::json::basic_parser<RepetitionFinder> finder(options);
    finder.write_some(false, text.data(), text.size(), ec);
    return Error::invalid("an object has this member twice", finder.handler().pointer());
  }
  return parsed;
}

void write_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
    out.append(text.substr(begin, at - begin));
    if (at < text.size()) at += write_special(out, text, at);
  }
  out += '"';
}

void write(std::string& out, const boost::json::value& value) {
  if (const auto* object = value.if_object()) {
    out += '{';
    bool first = true;
    for (const auto& member : *object) {
      if (!std::exchange(first, false)) out += ',';
      write_string(out, {member.key().data(), member.key().size()});
      out += ':';
      write(out, member.value());
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    bool first = true;
    for (const auto& element : *array) {
      if (!std::exchange(first, false)) out += ',';
      write(out, element);
    }
    out += ']';
  } else {
    write_scalar(out, value);
  }
}

std::string write(const boost::json::value& value) {
  std::string out;
  write(out, value);
  return out;
}

std::string write_pretty(const boost::json::value& value) {
  std::string out;
  write_pretty(out, value, 0);
  return out;
}

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  if (token.find_first_of("~/") == std::string_view::npos) {
    pointer += token;
    return;
  }
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

void append_token(std::string& pointer, std::size_t index) {
  const fmt::format_int digits{index};
  (pointer += '/').append(digits.data(), digits.size());
}

std::string pointer_append(std::string_view pointer, std::string_view token) {
  std::string out;
  out.reserve(pointer.size() + token.size() + 1);
  out += pointer;
  append_token(out, token);
  return out;
}

std::string pointer_append(std::string_view pointer, std::size_t index) {
  std::string out{pointer};
  append_token(out, index);
  return out;
}

std::optional<std::string> pointer_token(std::string_view escaped) {
  std::string key;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '~') {
      key += escaped[i];
      continue;
    }
    ++i;
    if (i == escaped.size() || (escaped[i] != '0' && escaped[i] != '1')) return std::nullopt;
    key += escaped[i] == '0' ? '~' : '/';
  }
  return key;
}

const boost::json::value* at_pointer(const boost::json::value& root, std::string_view pointer) {
  const auto* value = &root;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const auto token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    if (const auto* array = value->if_array()) {
      // Section 4: no leading zeros; "-" names what is not there yet.
      std::size_t index = 0;
      const char* const begin = token.data();
      const char* const end = begin + token.size();
      const auto read = std::from_chars(begin, end, index);
      if (read.ec != std::errc{} || read.ptr != end || (token.size() > 1 && token.front() == '0')) return nullptr;
      if (index >= array->size()) return nullptr;
      value = &(*array)[index];
      continue;
    }
    const auto key = pointer_token(token);
    if (!key) return nullptr;
    value = find(*value, *key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

const boost::json::value* find(const boost::json::value& object, std::string_view key) noexcept {
  const auto* members = object.if_object();
  return members == nullptr ? nullptr : members->if_contains({key.data(), key.size()});
}

std::string_view string_at(const boost::json::value& object, std::string_view key) noexcept {
  const auto* value = find(object, key);
  const auto* string = value == nullptr ? nullptr : value->if_string();
  return string == nullptr ? std::string_view{} : std::string_view{string->data(), string->size()};
}

const boost::json::array& array_at(const boost::json::value& object, std::string_view key) noexcept {
  static const boost::json::array kEmpty;
  const auto* value = find(object, key);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  return array == nullptr ? kEmpty : *array;
}

}  // namespace tocsin::json
