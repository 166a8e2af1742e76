#include "exchange/bundle_program.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include <elf.h>
#include <fmt/format.h>

#include "exchange/new_file.hpp"
#include "exchange/source.hpp"

namespace tocsin::exchange {
namespace {

constexpr const char* kOwnPath = "/proc/self/exe";
constexpr std::uint16_t kProgramHeadersMax = 1024;

Error no_program(std::string_view why) { return Error::invalid(fmt::format("Is no program for Linux: {}", why)); }

Error not_told() { return Error::unavailable("The system does not tell which program runs here", kOwnPath); }

std::string machine_name(unsigned number, bool wide, bool big) {
  switch (number) {
    case EM_X86_64:
      return "x86_64";
    case EM_386:
      return "i686";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "armv7l";
    case EM_RISCV:
      return wide ? "riscv64" : "riscv32";
    case EM_PPC64:
      return big ? "ppc64" : "ppc64le";
    case EM_S390:
      return "s390x";
    default:
      return fmt::format("machine-{}", number);
  }
}

/// Numbers at places of a file, in its own byte order.
class Numbers {
 public:
  Numbers(std::string_view bytes, bool big) : bytes_(bytes), big_(big) {}
  std::optional<std::uint64_t> at(std::uint64_t place, unsigned size) const {
    if (place > bytes_.size() || bytes_.size() - place < size) return {};
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      const auto from = place + (big_ ? i : size - 1 - i);
      value = value << 8 | static_cast<unsigned char>(bytes_[static_cast<std::size_t>(from)]);
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool big_;
};

/// Where in the file's head and in its program headers numbers stand, in each of the two classes.
struct Layout {
  std::size_t head, header_offset, section_offset, header_size, headers, section_size;
  unsigned word;
  std::size_t type, offset, in_file;
};
constexpr Layout kWide{.head = sizeof(Elf64_Ehdr),
                       .header_offset = offsetof(Elf64_Ehdr, e_phoff),
                       .section_offset = offsetof(Elf64_Ehdr, e_shoff),
                       .header_size = offsetof(Elf64_Ehdr, e_phentsize),
                       .headers = offsetof(Elf64_Ehdr, e_phnum),
                       .section_size = offsetof(Elf64_Ehdr, e_shnum),
                       .word = 8,
                       .type = offsetof(Elf64_Phdr, p_type),
                       .offset = offsetof(Elf64_Phdr, p_offset),
                       .in_file = offsetof(Elf64_Phdr, p_filesz)};
constexpr Layout kNarrow{.head = sizeof(Elf32_Ehdr),
                         .header_offset = offsetof(Elf32_Ehdr, e_phoff),
                         .section_offset = offsetof(Elf32_Ehdr, e_shoff),
                         .header_size = offsetof(Elf32_Ehdr, e_phentsize),
                         .headers = offsetof(Elf32_Ehdr, e_phnum),
                         .section_size = offsetof(Elf32_Ehdr, e_shnum),
                         .word = 4,
                         .type = offsetof(Elf32_Phdr, p_type),
                         .offset = offsetof(Elf32_Phdr, p_offset),
                         .in_file = offsetof(Elf32_Phdr, p_filesz)};

struct Head {
  bool wide = false, big = false;
  std::string machine;
};
Result<Head> read_head(std::string_view bytes) {
  if (bytes.size() < sizeof(Elf32_Ehdr) || !bytes.starts_with(ELFMAG)) return no_program("it does not begin as one");
  Head head;
  const auto size_class = bytes[EI_CLASS], order = bytes[EI_DATA];
  if ((size_class != ELFCLASS32 && size_class != ELFCLASS64) || (order != ELFDATA2LSB && order != ELFDATA2MSB)) {
    return no_program("its first bytes make no sense");
  }
  head.wide = size_class == ELFCLASS64;
  head.big = order == ELFDATA2MSB;
  const Numbers numbers{bytes, head.big};
  const auto type = numbers.at(offsetof(Elf32_Ehdr, e_type), 2).value_or(ET_NONE);
  if (type != ET_EXEC && type != ET_DYN) return no_program("it is one of the pieces that programs are made of");
  head.machine = machine_name(static_cast<unsigned>(numbers.at(offsetof(Elf32_Ehdr, e_machine), 2).value_or(EM_NONE)),
                              head.wide, head.big);
  return head;
}

}  // namespace

Result<Program> read_program(std::string bytes) {
  TRY(auto head, read_head(bytes));
  const auto& layout = head.wide ? kWide : kNarrow;
  const Numbers numbers{bytes, head.big};
  const auto cut = [] { return no_program("it is cut off"); };
  const auto table = numbers.at(layout.header_offset, layout.word);
  const auto size = numbers.at(layout.header_size, 2), count = numbers.at(layout.headers, 2);
  if (!table || !size || !count || *table > bytes.size()) return cut();
  if (*count == 0 || *count > kProgramHeadersMax) return no_program("nothing of it is loaded");
  std::uint64_t end = std::max<std::uint64_t>(layout.head, *table + *size * *count);
  bool loads = false;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto at = *table + i * *size;
    const auto type = numbers.at(at + layout.type, 4);
    const auto offset = numbers.at(at + layout.offset, layout.word),
               length = numbers.at(at + layout.in_file, layout.word);
    if (!type || !offset || !length || *offset > bytes.size() || *length > bytes.size() - *offset) return cut();
    loads = loads || *type == PT_LOAD;
    end = std::max(end, *offset + *length);
  }
  if (!loads) return no_program("nothing of it is loaded");
  if (end > bytes.size()) return cut();
  bytes.resize(static_cast<std::size_t>(end));
  // The list of sections was behind that: it is for linkers and debuggers. Its size of an entry, between the two,
  // stays.
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(layout.section_offset), layout.word, '\0');
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(layout.section_size), 4, '\0');
  return Program{.machine = std::move(head.machine), .bytes = std::move(bytes)};
}

Result<Program> own_program() {
  std::ifstream in(kOwnPath, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  if (!in || bytes.empty()) return not_told();
  return read_program(std::move(bytes));
}

Result<std::string> own_machine() {
  std::array<char, sizeof(Elf64_Ehdr)> first{};
  std::ifstream in(kOwnPath, std::ios::binary);
  if (!in.read(first.data(), static_cast<std::streamsize>(first.size()))) {
    return not_told();
  }
  TRY(auto head, read_head({first.data(), first.size()}));
  return std::move(head.machine);
}

Result<ProgramTaken> take_program(const Bundle& bundle, std::string_view machine, const std::string& path) {
  std::string wanted{machine};
  if (wanted.empty()) {
    TRY(wanted, own_machine());
  }
  std::optional<Program> found;
  ProgramTaken taken;
  std::string others;
  TRY_VOID(bundle.each([&](const BundleEntry& entry, std::string bytes) -> Status {
    if (entry.kind != bundle_kind::kProgram) return ok();
    auto program = read_program(std::move(bytes));
    if (!program) {
      auto error = program.error();
      error.where = printable_name(entry.name);
      return error;
    }
    if (program->machine != wanted) {
      others.append(others.empty() ? "" : ", ").append(program->machine);
      return ok();
    }
    taken = {.machine = program->machine, .sha512 = entry.sha512, .bytes = entry.bytes};
    found = std::move(*program);
    return ok();
  }));
  if (!found) {
    const auto message = others.empty()
                             ? std::string{"No program came with this bundle"}
                             : fmt::format("The bundle brings Tocsin for {}, and not for {}: there it would not start",
                                           others, printable_name(wanted));
    return Error{Error::Code::not_found, message, {}, {}};
  }
  NewFile file{path};
  TRY_VOID(file.write(found->bytes, 0755));
  TRY_VOID(file.rename_to_place());
  return taken;
}

}  // namespace tocsin::exchange
