#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

/// A JSON document as simdjson's tape: one array of 64-bit entries in document order, in which a container knows where
/// it ends. Reading one costs a fraction of building a tree, and a place in the document is one number. The tape's
/// format is simdjson's doc/tape.md; nothing else of that library shows outside tape.cpp. Why a tape:
/// docs/decisions/0005.
namespace tocsin::formats::csaf {

class Elements;
class Members;

/// Where a document was read to.
struct Tape {
  const std::uint64_t* entries = nullptr;
  const char* strings = nullptr;

  static constexpr std::uint64_t kPayload = (std::uint64_t{1} << 56) - 1;
  char tag(std::uint32_t at) const noexcept { return static_cast<char>(entries[at] >> 56); }
  /// Of an entry that is a text.
  std::string_view text(std::uint32_t at) const noexcept {
    const char* start = strings + (entries[at] & kPayload);
    std::uint32_t length = 0;
    std::memcpy(&length, start, sizeof length);
    return {start + sizeof length, length};
  }
  /// The entry behind the value that begins at `at`.
  std::uint32_t end(std::uint32_t at) const noexcept {
    const auto entry = entries[at];
    switch (static_cast<char>(entry >> 56)) {
      case '{':
      case '[':
        return static_cast<std::uint32_t>(entry);
      case 'l':
      case 'u':
      case 'd':
        return at + 2;
      default:
        return at + 1;
    }
  }
};

/// One value of a document, or none: looking for what is not there, or in what is no container, gives none, and none
/// reads as empty. Valid as long as its TapeReader reads nothing else. Cheap to copy.
class Node {
 public:
  Node() = default;
  Node(const Tape& tape, std::uint32_t at) noexcept : tape_(&tape), at_(at) {}

  explicit operator bool() const noexcept { return tape_ != nullptr; }
  bool is_object() const noexcept { return tag() == '{'; }
  bool is_array() const noexcept { return tag() == '['; }
  bool is_string() const noexcept { return tag() == '"'; }
  bool is_number() const noexcept { return is_integer() || tag() == 'd'; }
  bool is_integer() const noexcept { return tag() == 'l' || tag() == 'u'; }  ///< Written without fraction or exponent.
  bool is_boolean() const noexcept { return tag() == 't' || tag() == 'f'; }
  bool is_null() const noexcept { return tag() == 'n'; }
  /// '{', '[', '"', 'l' and 'u' (integers), 'd', 't', 'f', 'n'; '\0' for none.
  char tag() const noexcept { return tape_ == nullptr ? '\0' : tape_->tag(at_); }

  /// Of a string; else empty.
  std::string_view text() const noexcept;
  /// Of a number; else nullopt.
  std::optional<double> number() const noexcept;
  bool is_true() const noexcept { return tag() == 't'; }

  /// The first member of this name, or none.
  Node operator[](std::string_view name) const noexcept;
  std::string_view text_at(std::string_view name) const noexcept { return (*this)[name].text(); }
  /// The same for names written in the code, which are compared without a call.
  template <std::size_t Size>
  Node operator[](const char (&name)[Size]) const noexcept;
  template <std::size_t Size>
  std::string_view text_at(const char (&name)[Size]) const noexcept {
    return (*this)[name].text();
  }
  /// The elements of an array; of anything else none.
  Elements elements() const noexcept;
  /// The members of an object in document order; of anything else none.
  Members members() const noexcept;
  /// How many elements or members.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }

  /// Of an array of texts and nothing else: their bytes with what the reader puts between them, equal for equal arrays
  /// and for no others. Of anything else, also of an empty array, empty.
  std::string_view bytes_of_texts() const noexcept;
  /// Element `index` of such an array.
  Node text_element(std::size_t index) const noexcept { return {tape_, at_ + 1 + static_cast<std::uint32_t>(index)}; }

  /// Where on the tape: orders values as the document does, and tells two of them apart.
  std::uint32_t at() const noexcept { return at_; }
  /// The entry behind this value.
  std::uint32_t end() const noexcept;
  /// What it was read to; there is none for none.
  const Tape& tape() const noexcept { return *tape_; }
  friend bool operator==(const Node& a, const Node& b) noexcept { return a.tape_ == b.tape_ && a.at_ == b.at_; }

  /// JSON pointer (RFC 6901) from a value that contains this one. Walks there: for findings, not for loops.
  std::string pointer_from(const Node& ancestor) const;
  /// From the root of what was read.
  std::string pointer() const { return pointer_from(Node{tape_, 1}); }
  /// This value again as a tree, for callers that write it out.
  boost::json::value to_value() const;

 private:
  friend class Elements;
  friend class Members;
  friend class Pointers;
  friend class ElementIterator;
  friend class MemberIterator;

  Node(const Tape* tape, std::uint32_t at) noexcept : tape_(tape), at_(at) {}

  std::size_t counted_size() const noexcept;

  // Two machine words: a Node travels in registers.
  const Tape* tape_ = nullptr;
  std::uint32_t at_ = 0;
};

/// Writes JSON pointers to many values of a document. Where they come in its order, all together cost one walk.
class Pointers {
 public:
  explicit Pointers(Node root) noexcept : root_(root) {}
  /// What Node::pointer_from(root) answers. Valid until the next call.
  const std::string& to(Node node);

 private:
  struct Step {
    Node container;
    Node child;              ///< Its child on the way.
    std::size_t index = 0;   ///< Of that child among the elements or members.
    std::size_t length = 0;  ///< Of the pointer to the container.
  };
  void descend(Step step, std::uint32_t at);

  Node root_;
  std::vector<Step> steps_;
  std::string pointer_;
};

/// Appends a text that is the same for equal values, whatever the order of members: numbers by value.
void append_canonical(std::string& out, Node json);

class ElementIterator {
 public:
  explicit ElementIterator(Node node) noexcept : node_(node) {}
  Node operator*() const noexcept { return node_; }
  ElementIterator& operator++() noexcept {
    node_.at_ = node_.end();
    return *this;
  }
  friend bool operator==(const ElementIterator& a, const ElementIterator& b) noexcept {
    return a.node_.at_ == b.node_.at_;
  }

 private:
  Node node_;
};

class Elements {
 public:
  Elements(Node first, Node last) noexcept : first_(first), last_(last) {}
  ElementIterator begin() const noexcept { return ElementIterator{first_}; }
  ElementIterator end() const noexcept { return ElementIterator{last_}; }

 private:
  Node first_, last_;
};

/// Equality with a text written in the code: no call, since the compiler knows its size.
template <std::size_t Size>
bool is(std::string_view text, const char (&literal)[Size]) noexcept {
  return text.size() == Size - 1 && std::memcmp(text.data(), literal, Size - 1) == 0;
}

struct Member {
  std::string_view name;
  Node value;
};

class MemberIterator {
 public:
  explicit MemberIterator(Node name) noexcept : name_(name) {}
  Member operator*() const noexcept { return {name_.text(), Node{name_.tape_, name_.at_ + 1}}; }
  MemberIterator& operator++() noexcept {
    name_.at_ = Node{name_.tape_, name_.at_ + 1}.end();
    return *this;
  }
  friend bool operator==(const MemberIterator& a, const MemberIterator& b) noexcept {
    return a.name_.at_ == b.name_.at_;
  }

 private:
  Node name_;
};

class Members {
 public:
  Members(Node first, Node last) noexcept : first_(first), last_(last) {}
  MemberIterator begin() const noexcept { return MemberIterator{first_}; }
  MemberIterator end() const noexcept { return MemberIterator{last_}; }

 private:
  Node first_, last_;
};

inline std::string_view Node::text() const noexcept { return is_string() ? tape_->text(at_) : std::string_view{}; }

inline std::string_view Node::bytes_of_texts() const noexcept {
  if (!is_array()) return {};
  const auto last = end() - 2;
  if (last == at_) return {};
  // A text takes one entry of the tape.
  for (auto at = at_ + 1; at <= last; ++at) {
    if (tape_->tag(at) != '"') return {};
  }
  // They stand one behind the other in the order of the document, each with its size before it.
  const auto* start = text_element(0).text().data() - sizeof(std::uint32_t);
  const auto text = text_element(last - at_ - 1).text();
  return {start, static_cast<std::size_t>(text.data() + text.size() - start)};
}

inline std::size_t Node::size() const noexcept {
  if (!is_object() && !is_array()) return 0;
  constexpr std::uint32_t kSaturated = 0xFFFFFF;
  const auto count = static_cast<std::uint32_t>(tape_->entries[at_] >> 32) & kSaturated;
  return count < kSaturated ? count : counted_size();
}

inline std::uint32_t Node::end() const noexcept { return tape_->end(at_); }

inline Elements Node::elements() const noexcept {
  if (!is_array()) return {Node{}, Node{}};
  return {Node{tape_, at_ + 1}, Node{tape_, end() - 1}};
}

inline Members Node::members() const noexcept {
  if (!is_object()) return {Node{}, Node{}};
  return {Node{tape_, at_ + 1}, Node{tape_, end() - 1}};
}

inline Node Node::operator[](std::string_view name) const noexcept {
  for (const auto member : members()) {
    if (member.name == name) return member.value;
  }
  return {};
}

template <std::size_t Size>
Node Node::operator[](const char (&name)[Size]) const noexcept {
  for (const auto member : members()) {
    if (is(member.name, name)) return member.value;
  }
  return {};
}

inline constexpr std::string_view kNumberTooLarge = "the document holds a number that 64 bits cannot";

/// Reads documents one after the other into the same memory. One thread at a time.
class TapeReader {
 public:
  TapeReader();
  ~TapeReader();
  TapeReader(TapeReader&&) noexcept;
  TapeReader& operator=(TapeReader&&) noexcept;

  /// The root of the document; what was read before is gone. Errors as json::parse has them, but for repeated keys,
  /// which are left to whoever walks the objects, an empty container one level below the depth limit, which passes, and
  /// numbers beyond 64 bits, which are refused with kNumberTooLarge.
  Result<Node> read(std::string_view bytes, const json::Limits& limits = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::formats::csaf
