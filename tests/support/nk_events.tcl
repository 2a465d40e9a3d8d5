# Reads a saved Nuke script in a safe interpreter and lists what it says: one event a line, each word x and hexadecimal.
# Nothing of the script runs but `set`; a node class is an unknown command, and `[stack 0]` is a token for nk_loader.py.

namespace eval nk_events {
    variable lines {}
    variable tokens 0

    proc read_hex {hex} {
        variable lines {}
        variable tokens 0
        interp create -safe nk
        foreach name [nk eval {info commands}] {
            if {$name ni {set rename}} {nk eval [list rename $name {}]}
        }
        nk eval {rename rename {}}
        foreach name {unknown push stack clone end_group add_layer} {
            nk alias $name nk_events::on_$name
        }
        foreach name {version define_window_layout_xml define_gui_layout_xml} {
            nk alias $name nk_events::on_header
        }
        nk eval {set cut_paste_input 0}
        if {[catch {nk eval [encoding convertfrom utf-8 [binary decode hex $hex]]} problem]} {
            tell problem $problem
        }
        interp delete nk
        return [join $lines \n]
    }

    proc tell {args} {
        variable lines
        lappend lines [join [lmap word $args {string cat x [binary encode hex [encoding convertto utf-8 $word]]}]]
    }

    proc token {} {
        variable tokens
        return "token[incr tokens]"
    }

    proc on_header {args} {}

    proc on_unknown {kind args} {
        if {[llength $args] != 1} {error "$kind has [llength $args] arguments, a node has one"}
        tell node $kind
        tell_body $kind [lindex $args 0]
        tell lay
        set laid [token]
        tell top $laid 0
        return $laid
    }

    proc on_clone {first {body {}}} {
        tell clone $first
        tell_body clone $body
        tell lay
        set laid [token]
        tell top $laid 0
        return $laid
    }

    proc on_push {pushed} {
        tell push $pushed
        return $pushed
    }

    proc on_stack {index} {
        set found [token]
        tell top $found $index
        return $found
    }

    proc on_end_group {} {tell end_group}

    proc on_add_layer {words} {tell layer {*}[lrange $words 0 end]}

    # `knob value` lines; values may go over many lines. They are data: nothing in them is ever run.
    proc tell_body {kind body} {
        set statement {}
        foreach line [split $body \n] {
            append statement $line \n
            if {![info complete $statement]} continue
            set words [lrange [string trim $statement] 0 end]
            set statement {}
            if {[lindex $words 0] eq "addUserKnob"} {
                tell_user_knob [lindex $words 1]
            } elseif {[llength $words]} {
                tell knob [lindex $words 0] [join [lrange $words 1 end]]
            }
        }
        if {[string trim $statement] ne {}} {error "$kind ends within a knob: [string range [string trim $statement] 0 60]"}
    }

    proc tell_user_knob {words} {
        set rest [lassign $words number name]
        tell user $number $name
        while {[llength $rest]} {
            set rest [lassign $rest word]
            if {$word in {l t T}} {
                set rest [lassign $rest text]
                tell field $word $text
            } elseif {$word eq "M"} {
                set rest [lassign $rest items]
                tell menu {*}[lrange $items 0 end]
            } elseif {$word eq "R"} {
                set rest [lrange $rest 2 end]
            } else {
                tell flag $word
            }
        }
    }
}
