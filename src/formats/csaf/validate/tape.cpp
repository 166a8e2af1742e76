#include "formats/csaf/validate/tape.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

/// Memory for a larger document is not kept for the next one.
constexpr std::size_t kKeptBytes = 8 << 20;
/// A pointer never is as long as a document's longest name: there may be a thousand of them.
constexpr std::size_t kPointerBytesMax = 4 << 10;

/// "LINE:COLUMN" of the first integer of a well-formed text that 64 bits cannot hold; empty where there is none.
std::string place_of_large_integer(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t line = 1, line_begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
      ++at;
    } else if (c == '-' || is_digit(c)) {
      const auto end = std::min(text.find_first_not_of("+-.eE0123456789", at), text.size());
      const auto digits = text.substr(at, end - at);
      std::int64_t small = 0;
      std::uint64_t large = 0;
      const auto* const last = digits.data() + digits.size();
      if (std::ranges::all_of(digits.substr(c == '-' ? 1 : 0), is_digit) &&
          std::from_chars(digits.data(), last, small).ec != std::errc{} &&
          (c == '-' || std::from_chars(digits.data(), last, large).ec != std::errc{})) {
        return fmt::format("{}:{}", line, at - line_begin + 1);
      }
      at = end;
    } else {
      ++at;
      if (c != '\n') continue;
      ++line;
      line_begin = at;
    }
  }
  return {};
}

/// simdjson looks at up to SIMDJSON_PADDING bytes behind the text, whatever they are. On the same page they can be
/// looked at, which spares a copy of the document.
bool may_read_behind([[maybe_unused]] std::string_view bytes) noexcept {
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return false;
#else
  constexpr std::uintptr_t kPageBytes = 4096;  // No machine has smaller ones.
  const auto last = reinterpret_cast<std::uintptr_t>(bytes.data()) + bytes.size() - 1;
  return last % kPageBytes + simdjson::SIMDJSON_PADDING < kPageBytes;
#endif
}

}  // namespace

std::optional<double> Node::number() const noexcept {
  switch (tag()) {
    case 'l':
      return static_cast<double>(static_cast<std::int64_t>(tape_->entries[at_ + 1]));
    case 'u':
      return static_cast<double>(tape_->entries[at_ + 1]);
    case 'd':
      return std::bit_cast<double>(tape_->entries[at_ + 1]);
    default:
      return std::nullopt;
  }
}

std::size_t Node::counted_size() const noexcept {
  std::size_t counted = 0;
  if (is_object()) {
    for ([[maybe_unused]] const auto each : members()) ++counted;
  } else {
    for ([[maybe_unused]] const auto each : elements()) ++counted;
  }
  return counted;
}

std::string Node::pointer_from(const Node& ancestor) const { return Pointers{ancestor}.to(*this); }

const std::string& Pointers::to(Node node) {
  const auto at = node.at_;
  while (!steps_.empty()) {
    const auto container = steps_.back().container;
    if (container.at_ < at && at < container.end()) break;
    steps_.pop_back();
  }
  if (steps_.empty()) {
    pointer_.clear();
    if (root_ && root_.at_ != at) descend({root_, {}, 0, 0}, at);
    return pointer_;
  }
  auto step = steps_.back();
  steps_.pop_back();
  // Behind the child of last time: on from there.
  if (at < step.child.at_) step.child = {};
  pointer_.resize(step.length);
  descend(step, at);
  return pointer_;
}

void Pointers::descend(Step step, std::uint32_t at) {
  for (;;) {
    const bool is_object = step.container.is_object();
    if (!is_object && !step.container.is_array()) return;
    const auto last = step.container.end() - 1;
    // In an object the name stands before its value.
    const std::uint32_t gap = is_object ? 1 : 0;
    if (!step.child) {
      step.index = 0;
      step.child = Node{step.container.tape_, step.container.at_ + 1 + gap};
    }
    while (step.child.at_ < last && step.child.end() <= at) {
      step.child.at_ = step.child.end() + gap;
      ++step.index;
    }
    if (step.child.at_ >= last || at < step.child.at_) return;
    step.length = pointer_.size();
    if (is_object) {
      const auto name = Node{step.child.tape_, step.child.at_ - 1}.text();
      if (pointer_.size() + name.size() > kPointerBytesMax) return;
      json::append_token(pointer_, name);
    } else {
      json::append_token(pointer_, step.index);
    }
    steps_.push_back(step);
    if (step.child.at_ == at) return;
    step = {step.child, {}, 0, 0};
  }
}

boost::json::value Node::to_value() const {
  switch (tag()) {
    case '{': {
      boost::json::object object;
      for (const auto member : members()) object.emplace(member.name, member.value.to_value());
      return object;
    }
    case '[': {
      boost::json::array array;
      for (const auto element : elements()) array.push_back(element.to_value());
      return array;
    }
    case '"':
      return boost::json::value(text());
    case 'l':
      return static_cast<std::int64_t>(tape_->entries[at_ + 1]);
    case 'u':
      return tape_->entries[at_ + 1];
    case 'd':
      return std::bit_cast<double>(tape_->entries[at_ + 1]);
    case 't':
      return true;
    case 'f':
      return false;
    default:
      return nullptr;
  }
}

void append_canonical(std::string& out, Node json) {
  if (json.is_object()) {
    std::vector<Member> members;
    for (const auto member : json.members()) members.push_back(member);
    std::ranges::sort(members, {}, &Member::name);
    out += '{';
    for (const auto& member : members) {
      json::write_string(out, member.name);
      out += ':';
      append_canonical(out, member.value);
      out += ',';
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    for (const auto element : json.elements()) {
      append_canonical(out, element);
      out += ',';
    }
    out += ']';
  } else if (const auto number = json.number()) {
    json::write(out, boost::json::value(*number));
  } else {
    json::write(out, json.to_value());
  }
}

struct TapeReader::State {
  simdjson::dom::parser parser;
  simdjson::dom::document document;
  Tape tape;
  bool is_large = false;
};

TapeReader::TapeReader() : state_(std::make_unique<State>()) {}
TapeReader::~TapeReader() = default;
TapeReader::TapeReader(TapeReader&&) noexcept = default;
TapeReader& TapeReader::operator=(TapeReader&&) noexcept = default;

Result<Node> TapeReader::read(std::string_view bytes, const json::Limits& limits) {
  if (bytes.size() > limits.bytes_max) return Error::too_large("document", limits.bytes_max);
  if (state_->is_large) state_ = std::make_unique<State>();
  auto& parser = state_->parser;
  // simdjson refuses the depth it is given, and does not count empty containers.
  if (parser.max_depth() != limits.depth_max + 1) {
    if (parser.allocate(std::max<std::size_t>(bytes.size(), 1024), limits.depth_max + 1) != simdjson::SUCCESS) {
      return Error::too_large("document", limits.bytes_max);
    }
  }
  const auto parsed = parser.parse_into_document(state_->document, bytes.data(), bytes.size(), !may_read_behind(bytes));
  state_->is_large = bytes.size() > kKeptBytes;
  if (parsed.error() == simdjson::SUCCESS) {
    // What it needed to find the way is not needed any more, and half as large as the document.
    if (state_->is_large) parser = simdjson::dom::parser{};
    state_->tape = {state_->document.tape.get(), reinterpret_cast<const char*>(state_->document.string_buf.get())};
    return Node{state_->tape, 1};
  }
  // It only says that something is wrong: the slower parser says what and where.
  if (const auto told = json::parse(bytes, limits); !told) return std::move(told).error();
  // The slower one takes numbers without end and rounds them.
  if (parsed.error() == simdjson::NUMBER_ERROR) {
    return Error::invalid(std::string{kNumberTooLarge}, place_of_large_integer(bytes));
  }
  return Error::invalid(fmt::format("the document cannot be read: {}", simdjson::error_message(parsed.error())));
}

}  // namespace tocsin::formats::csaf
